import type { Place } from '../../../catalogue/scenario.ts';
import { SYNCHRONIZED } from '../../../standard/state.ts';
import type { Sequence, SequenceStep } from '../../sequence.ts';
import { Course, type Drawing, plainPlace } from '../course.ts';

const MOST = 6;
const NAMES = ['', 'b', 'c'] as const;

/** Steps on several courses, in the order in which they are made. */
class Courses {
  readonly all: readonly Course[];
  readonly #steps: SequenceStep[] = [];

  constructor(drawing: Drawing, places: readonly Place[]) {
    this.all = places.map((place, index) => new Course(drawing, place, NAMES[index] || undefined));
  }

  /** @param act what makes steps of a course */
  next(course: Course, act: (course: Course) => void): void {
    const before = course.steps.length;
    act(course);
    this.#steps.push(...course.steps.slice(before));
  }

  get sequence(): Sequence {
    const [first, ...others] = this.all;
    return {
      place: (first as Course).place,
      beside: Object.fromEntries(others.map(({ place }, index) => [NAMES[index + 1] as string, place])),
      steps: this.#steps,
    };
  }
}

/** Two or three connections: what happens to one changes no other. */
export function sideBySide(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const places = NAMES.slice(0, 2 + choice.below(2)).flatMap(
    () => plainPlace(drawing, ...SYNCHRONIZED) ?? [],
  );
  if (places.length < 2) return undefined;
  const courses = new Courses(drawing, places);
  for (let left = 2 + choice.below(MOST); left > 0; left -= 1)
    courses.next(choice.of(courses.all), (course) => course.act());
  for (const course of courses.all) courses.next(course, (one) => one.ends(true));
  return courses.sequence;
}

/** Three peers open a connection to one port at once, or the user opens three: none is in the way of another. */
export function halfOpen(drawing: Drawing): Sequence | undefined {
  const { choice } = drawing;
  const place = plainPlace(drawing, 'LISTEN', 'SYN-SENT');
  if (!place) return undefined;
  const courses = new Courses(drawing, [place, place, place]);
  const isOpened = place.state === 'LISTEN';
  for (const course of courses.all)
    courses.next(course, (one) =>
      isOpened
        ? one.send('<SEQ=ANY><CTL=SYN><MSS=1460>')
        : one.send('<SEQ=RCV.NXT><ACK=SND.NXT><CTL=SYN,ACK><MSS=1460>'),
    );
  for (let left = choice.below(MOST); left > 0; left -= 1)
    courses.next(choice.of(courses.all), (course) => course.act());
  return courses.sequence;
}
