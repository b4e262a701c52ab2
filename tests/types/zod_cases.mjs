// Rows that the database takes and refuses, put to the schemas: prints what each was expected to be, and was.
import * as zod from "./js/zod.js";
import * as other from "./js/zod_other.js";

const row = { email: "a@b.c", login: "ab_1", title: "ab", kind: "a", typed: { of: "x" } };
const long = "💥".repeat(5); // five characters, ten of UTF-16's units

const good = {
  email: ["x@y.z", `${"a".repeat(250)}@b.c`],
  other_email: ["abcdef@x.yz", null],
  work: ["me@example.org", null],
  done: [0, 100, undefined],
  size: ["S", null],
  mood: ["it's \"bad\"", "", "💥", undefined],
  moods: [[], ["happy", "so-so"]],
  tags: [[], ["a", "b", "c"], null],
  matrix: [[[1, 2], [3]], null],
  words: [["abc"], ["💥💥💥", ""]],
  login: ["a", "ünï", "x1234567"],
  title: ["ab", "abcde", long],
  kind: ['b "c"'],
  level: [1, 3],
  age: [0, 149, null],
  weight: [0.51, 1e30],
  price: ["0", "999.99", "1000.49", "1e2", ".5", "NaN"],
  big: ["-4", "9223372036854775807"],
  data: [new Uint8Array([1])],
  day: [new Date()],
  key: ["11111111-1111-1111-1111-111111111111", "ABCDEFAB-0000-0000-0000-000000000000"],
  settings: [{}, { a: [1, null, { b: "c" }] }],
  list: [[], [1, "a", { b: [] }]],
  shape: [1, "a", null, [true]],
  typed: [{ of: "y" }],
  number: [undefined, 5],
};
const bad = {
  email: ["x@y", "a b@c.d", `${"a".repeat(251)}@b.c`, null, undefined],
  other_email: ["a@b.c"],
  work: ["me@example.com", "not one"],
  done: [-1, 101, 1.5, null],
  size: ["XL"],
  mood: ["sad", null],
  tags: [["a", "b", "c", "d"]],
  words: [[], ["abcd"], ["a", "b", "c"]],
  login: ["", "1a", "a-b", "x12345678", undefined],
  title: ["a", "abcdef", `${long}x`],
  kind: ["c"],
  level: [4, "1"],
  age: [-1, 150, 2147483648],
  weight: [0.5],
  price: ["-0.01", "1000.5", "abc", 5],
  big: ["-5", "1.5"],
  data: ["x"],
  key: ["1111", ""],
  settings: [[], "a", null],
  list: [{}, 1],
};

const answers = [];
for (const [expected, cases] of [[true, good], [false, bad]]) {
  for (const [column, values] of Object.entries(cases)) {
    for (const value of values) {
      const found = zod.newPersonSchema.safeParse({ ...row, [column]: value }).success;
      answers.push({ column, value: String(JSON.stringify(value)), expected, found });
    }
  }
}
const also = [
  [true, other.newPersonSchema.safeParse({ ...row, big: BigInt(-4), price: 1000, day: "2024-01-01" }).success],
  [false, other.newPersonSchema.safeParse({ ...row, big: BigInt(-5) }).success],
  [false, other.newPersonSchema.safeParse({ ...row, price: 1000.5 }).success],
  [true, zod.personUpdateSchema.safeParse({}).success],
  [false, zod.personSchema.safeParse(row).success],
  [true, zod.outerJoinedSchema.safeParse({ id: null, date: null }).success],
  [false, zod.happyPersonSchema.safeParse({ id: null, the_title: "a", loud: null, age: null }).success],
  [true, "__proto__" in zod.weirdTableSchema.shape],
];
for (const [expected, found] of also) answers.push({ column: "also", value: "", expected, found });
console.log(JSON.stringify(answers));
