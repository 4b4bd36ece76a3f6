import { z } from "zod";
import { messageOf } from "../../domain/errors.ts";

/** A line of a list of pools: which contract, and of which dex it is said to be. */
export interface ListedPool {
	readonly line: number;
	/** Lower case; 20 bytes, or the 32 of a pool id. */
	readonly address: string;
	/** As the list has it, in lower case with hyphens. */
	readonly dex: string;
}

/** A line that cannot be used, with the reason. */
export interface BadLine {
	readonly line: number;
	readonly why: string;
}

const ADDRESS = /^0x(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const objectSchema = z.looseObject({ address: z.string().optional(), pool: z.string().optional(), dex: z.string().optional() });

/**
 * Reads lists of pools line by line. A line is a JSON object with `address` (or `pool`) and `dex`, or comma-separated values: the first such line may name the
 * columns, else they are address and dex. Other fields are passed over.
 */
export class PoolListReader {
	readonly #dex: string | undefined;
	#columns: readonly string[] = ["address", "dex"];
	#isFirst = true;

	/** `dex` is that of lines that name none. */
	constructor(dex?: string) {
		this.#dex = dex;
	}

	/** The pool of a line, or what is wrong with it; null for one that names columns. */
	read(line: number, text: string): ListedPool | BadLine | null {
		const isFirst = this.#isFirst;
		this.#isFirst = false;
		if (text.trimStart().startsWith("{")) return this.#object(line, text);
		const cells = cellsOf(text);
		if (isFirst && cells.some((cell) => /^(address|pool)$/i.test(cell))) {
			this.#columns = cells.map((cell) => cell.toLowerCase());
			return null;
		}
		const cell = (...names: readonly string[]): string | undefined => cells[this.#columns.findIndex((column) => names.includes(column))];
		return this.#pool(line, { address: cell("address", "pool"), dex: cell("dex") });
	}

	#object(line: number, text: string): ListedPool | BadLine {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch (error) {
			return { line, why: `it is not JSON: ${messageOf(error)}` };
		}
		const parsed = objectSchema.safeParse(value);
		if (!parsed.success) return { line, why: "address, pool and dex must be text" };
		return this.#pool(line, { address: parsed.data.address ?? parsed.data.pool, dex: parsed.data.dex });
	}

	#pool(line: number, of: { readonly address: string | undefined; readonly dex: string | undefined }): ListedPool | BadLine {
		const address = of.address?.trim().toLowerCase() ?? "";
		if (!ADDRESS.test(address)) return { line, why: `"${of.address ?? ""}" is no address of a pool` };
		const dex = (of.dex === undefined || of.dex.trim() === "" ? this.#dex : of.dex)?.trim().toLowerCase().replaceAll("_", "-");
		if (dex === undefined) return { line, why: "it names no dex; add one, or give --dex for all lines that have none" };
		return { line, address, dex };
	}
}

/** Comma-separated values, each plain or in double quotes (RFC 4180). */
function cellsOf(text: string): readonly string[] {
	const cells = text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
	return [...cells].map(([, quoted, plain = ""]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
}
