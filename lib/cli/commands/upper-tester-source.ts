import { type Command, Option } from 'commander';
import { inOneFile, SYSTEMS, type System, upperTesterPath } from '../../upper-tester-source.ts';
import { version } from '../../version.ts';

const EXAMPLE = `
Systems:
  posix      Linux, BSD, macOS, Android:  cc -std=c99 -O2 -o upper-tester upper-tester.c
  windows    Winsock 2:  x86_64-w64-mingw32-gcc -std=c99 -O2 -o upper-tester.exe upper-tester.c -lws2_32
  lwip       lwIP's sockets, beside a host's libc
  lwip-raw   lwIP's raw API: the example of a port
  template   a port to begin with: compiles, and asks what is to be answered
  core       without a port: to be linked with one of your own, which includes the header
  header     stack.h, the ten functions that a port implements

Examples:
  segment-arrives upper-tester source > upper-tester.c
  segment-arrives upper-tester source --system windows > upper-tester.c`;

export function declare(command: Command): void {
  command
    .addOption(
      new Option('--system <system>', 'where it is to run').choices(Object.keys(SYSTEMS)).default('posix'),
    )
    .addHelpText('after', EXAMPLE)
    .action(({ system }: { system: System }) => {
      process.stdout.write(`/* segment-arrives ${version}, MIT licence: the upper tester, ${system}. */\n\n`);
      process.stdout.write(inOneFile(upperTesterPath(system)));
    });
}
