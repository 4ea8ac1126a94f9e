import { expect } from 'chai';
import { usualRoundTrip } from '../../../lib/runner/preflight/ground.ts';

describe('the usual round trip', () => {
  const grounds = [
    { roundTrips: [0.3, 0.5, 10], roundTripsInTurn: [0.3, 0.5] },
    { roundTrips: [0.4, 0.7, 12], roundTripsInTurn: [0.4, 0.7] },
  ];

  it('is the longest of a burst, where cases run side by side', () => {
    expect(usualRoundTrip(grounds, 2)).to.equal(12);
  });

  it('is the longest of segments that were sent in turn, where a case has the path for itself', () => {
    expect(usualRoundTrip(grounds, 1)).to.equal(0.7);
    expect(usualRoundTrip([], 1)).to.equal(0);
  });
});
