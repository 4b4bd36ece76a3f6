import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { ArbError } from "../domain/errors.ts";

/** A file's lines that are not empty, numbered from 1, one at a time; `.gz` is unpacked, `-` is standard input. */
export async function* readLines(file: string): AsyncGenerator<{ readonly number: number; readonly text: string }> {
	if (file !== "-" && !existsSync(file)) throw new ArbError({ code: "not_found", message: `no file ${file}`, retryable: false });
	const raw = file === "-" ? process.stdin : createReadStream(file);
	const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
	let number = 0;
	for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
		number += 1;
		if (text.trim() !== "") yield { number, text };
	}
}

/** Standard output in blocks, waiting where the reader is slower. */
export class LineWriter {
	#block: string[] = [];

	async write(line: string): Promise<void> {
		this.#block.push(line);
		if (this.#block.length >= 1_000) await this.flush();
	}

	async flush(): Promise<void> {
		if (this.#block.length === 0) return;
		const text = `${this.#block.join("\n")}\n`;
		this.#block = [];
		if (!process.stdout.write(text)) await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
	}
}
