// What Zod infers is what the types say, both ways; and what people write with them.
import type { z } from "zod";

import type * as db from "./db";
import type * as other from "./other";
import type * as zod from "./zod";
import type * as zodOther from "./zod_other";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

export const same: [
  Same<db.Person, z.infer<typeof zod.personSchema>>,
  Same<db.NewPerson, z.infer<typeof zod.newPersonSchema>>,
  Same<db.PersonUpdate, z.infer<typeof zod.personUpdateSchema>>,
  Same<db.WeirdTable, z.infer<typeof zod.weirdTableSchema>>,
  Same<db.Entry, z.infer<typeof zod.entrySchema>>,
  Same<db.Counted, z.infer<typeof zod.countedSchema>>,
  Same<other.Person, z.infer<typeof zodOther.personSchema>>,
  Same<other.NewPerson, z.infer<typeof zodOther.newPersonSchema>>,
  Same<other.Mood, (typeof other.moodValues)[number]>,
] = [true, true, true, true, true, true, true, true, true];

export const made: db.NewPerson = { email: "a@b.c", login: "a", title: "ab", kind: "a", typed: { of: "x" } };
export const changed: db.PersonUpdate = { age: null, level: 2 };
export const row: db.Database["public"]["Tables"]["people"]["Update"] = changed;
export const asked: db.Database["public"]["Functions"]["with_arguments"]["Args"] = { a: 1, "c d": "happy" };
export const loose: Record<string, unknown> = changed; // an interface could not be given here

// @ts-expect-error a generated column cannot be written
export const wrong1: db.NewPerson = { ...made, name_again: "x" };
// @ts-expect-error nor an identity column that is always generated
export const wrong2: db.PersonUpdate = { id: "1" };
// @ts-expect-error not one of the values of its CHECK
export const wrong3: db.PersonUpdate = { level: 4 };
// @ts-expect-error not null
export const wrong4: db.PersonUpdate = { email: null };
// @ts-expect-error an outer join
export const wrong5: string = {} as db.OuterJoined["id"];
export const right5: string = {} as db.HappyPerson["id"];
