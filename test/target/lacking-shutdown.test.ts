import { expect } from 'chai';
import { encodeEvent } from '../../lib/target/testability/message.ts';
import { scriptedUpperTester } from './scripted-upper-tester.ts';

/** As under Windows before the connection is established. */
it('an upper tester that cannot close one direction is a reason for no verdict', async () => {
  const { driver, send, end } = await scriptedUpperTester(() => {}, ['CAPABILITIES', 'SHUTDOWN']);
  try {
    send(
      encodeEvent('LISTEN_AND_ACCEPT', {
        listenSocketId: 1,
        socketId: 2,
        port: 10_001,
        address: '127.0.0.1',
      }),
    );
    const handle = await driver.accepted(10_001, 1000);
    const refusal = handle && (await driver.shutdown(handle).catch(({ lack }) => lack));
    expect(refusal).to.deep.equal({
      what: 'upper tester',
      ability: 'close one direction before the connection is established',
      answer: 'E_NTF',
    });
  } finally {
    await end();
  }
});
