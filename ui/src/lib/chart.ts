import type { MoneySummary } from "../../../api/money/schema.ts";
import { plotted } from "./amount.ts";

/** Columns for the chart: seconds since 1970, cumulative net profit in whole native coins. Floats: they are plotted only. */
export interface MoneyColumns {
	readonly seconds: number[];
	readonly cumulative: number[];
}

/** Decimals of the native coin on every EVM chain. */
const NATIVE_DECIMALS = 18;

export function moneyColumns(points: MoneySummary["points"]): MoneyColumns {
	return {
		seconds: points.map((point) => Date.parse(point.at) / 1_000),
		cumulative: points.map((point) => plotted(point.cumulativeWei, NATIVE_DECIMALS)),
	};
}

const minute = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const DAY_S = 86_400;

/** Local times below the chart, on the 24-hour clock like everywhere on the page; days where the ticks are a day apart, seconds where they need them. */
export function timeLabels(seconds: readonly number[], increment: number): string[] {
	const format = increment >= DAY_S ? day : increment < 60 ? second : minute;
	return seconds.map((value) => format.format(value * 1_000));
}

/** Tick labels with as many digits as their distance asks for. */
export function tickLabels(values: readonly number[], increment: number): string[] {
	const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(increment || 1) - 1e-9)));
	return values.map((value) => value.toFixed(digits));
}
