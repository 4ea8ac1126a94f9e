/** IP addresses as text, and as the 4 or 16 octets of an `ipxaddr`. Pure. */
import { formatAddress, parseAddress, WireError } from '../../wire/index.ts';
import { TestabilityError } from './error.ts';

const orTestabilityError = <T>(convert: () => T): T => {
  try {
    return convert();
  } catch (error) {
    if (error instanceof WireError) throw new TestabilityError(error.message);
    throw error;
  }
};

/** The octets of an address in network order; throws `TestabilityError` for what is no address. */
export const octetsOfAddress = (address: string): Uint8Array =>
  orTestabilityError(() => parseAddress(address));

/** The textual form; throws `TestabilityError` unless there are 4 or 16 octets. */
export const addressOfOctets = (octets: Uint8Array): string =>
  orTestabilityError(() => formatAddress(octets));
