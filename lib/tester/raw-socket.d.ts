/** The part of the raw-socket package that the tester uses; the package ships no types. */
declare module 'raw-socket' {
  import type { EventEmitter } from 'node:events';

  export interface Socket extends EventEmitter {
    /** The native socket, which sends and reads at once. @throws Error where the kernel refuses the packet, or has none */
    readonly wrap: {
      send(
        buffer: Buffer,
        offset: number,
        length: number,
        address: string,
        afterCallback: (bytes: number) => void,
      ): void;
      recv(buffer: Buffer, afterCallback: (buffer: Buffer, bytes: number, source: string) => void): void;
    };
    /** Where it reads to. */
    readonly buffer: Buffer;
    close(): this;
    pauseRecv(): this;
    resumeRecv(): this;
    setOption(level: number, option: number, value: number): void;
    setOption(level: number, option: number, value: Buffer, length: number): void;
    /** Fills `value` and returns how many octets of it were written. */
    getOption(level: number, option: number, value: Buffer, length: number): number;
    send(
      buffer: Buffer,
      offset: number,
      length: number,
      address: string,
      afterCallback: (error: Error | null, bytes: number) => void,
    ): this;
  }

  export const AddressFamily: { IPv4: number; IPv6: number };
  export const Protocol: { TCP: number };
  export function createSocket(options: {
    protocol: number;
    addressFamily: number;
    bufferSize?: number;
  }): Socket;

  const raw: {
    AddressFamily: typeof AddressFamily;
    Protocol: typeof Protocol;
    createSocket: typeof createSocket;
  };
  export default raw;
}
