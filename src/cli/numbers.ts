import { InvalidArgumentError } from "@commander-js/extra-typings";

interface Bounds {
  from: number;
  to: number;
  /** Fractions are taken too. */
  fractions?: boolean;
  /** Of what: `seconds`. */
  of?: string;
}

const whole = /^\d{1,9}$/;
const fraction = /^\d{1,9}(?:\.\d{1,9})?$/;

/** A parser for an option with a number: a timer or a port out of bounds would do something else than what was asked for. */
export const numberWithin =
  ({ from, to, fractions = false, of }: Bounds) =>
  (text: string): number => {
    const value = (fractions ? fraction : whole).test(text) ? Number(text) : NaN;
    if (value >= from && value <= to) return value;
    const what = `${fractions ? "" : "whole "}number${of === undefined ? "" : ` of ${of}`}`;
    throw new InvalidArgumentError(`It is a ${what} from ${from} to ${to}.`);
  };

/** How long one thing may take: a day at most. */
export const seconds = numberWithin({ from: 0.001, to: 86_400, fractions: true, of: "seconds" });
