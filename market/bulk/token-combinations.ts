import { ArbError } from "../../domain/errors.ts";
import { assertAddresses } from "./record.ts";

/** Indices take 2 bytes in a finder's input. */
const MOST_TOKENS = 65_535;

export interface Combination {
	readonly i: number;
	readonly j: number;
}

/** Every two of some tokens: (0, 1), (0, 2), … (1, 2), …, by number. */
export class TokenCombinations {
	/** Ascending, lower case, each once: as factories sort them. */
	readonly tokens: readonly string[];

	/** @throws ArbError `invalid_input` that names an address of another form, or says that there are too many. */
	constructor(tokens: readonly string[]) {
		assertAddresses("tokens", tokens);
		this.tokens = [...new Set(tokens.map((token) => token.toLowerCase()))].sort();
		if (this.tokens.length > MOST_TOKENS) {
			throw new ArbError({
				code: "invalid_input",
				message: `tokens: ${this.tokens.length} are more than ${MOST_TOKENS}; ask for them in parts`,
				retryable: false,
			});
		}
	}

	get count(): number {
		return (this.tokens.length * (this.tokens.length - 1)) / 2;
	}

	/** The combination of that number, from 0 on. */
	at(number: number): Combination {
		let i = 0;
		let left = number;
		for (let row = this.tokens.length - 1; left >= row && row > 0; row--) {
			left -= row;
			i++;
		}
		return { i, j: i + 1 + left };
	}

	/** The inverse of {@link at}. */
	numberOf({ i, j }: Combination): number {
		return i * (this.tokens.length - 1) - (i * (i - 1)) / 2 + (j - i - 1);
	}

	/** The two tokens, the lower address first. */
	pair({ i, j }: Combination): { readonly token0: string; readonly token1: string } {
		return { token0: this.tokens[i] ?? "", token1: this.tokens[j] ?? "" };
	}
}
