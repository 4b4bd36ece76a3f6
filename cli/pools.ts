import { Command, InvalidArgumentError, Option } from "commander";
import type { PoolOrder } from "../db/pool-list.ts";

/** `arb pools`: the pools that the system knows on a chain. Prints whole lines. */
export function poolsCommand(print: (line: string) => void): Command {
	const pools = new Command("pools").description("the pools that are known on a chain: list them, find them, bring them in from a file");
	pools
		.command("list")
		.description("pools of the registry with their tokens, fee, value, and whether they are searched")
		.requiredOption("--chain <id | name>", "the chain")
		.addOption(new Option("--sort <by>", "most valued, by dex, or youngest first").choices(["tvl", "dex", "block"]).default("tvl"))
		.option("--dex <name>", "only pools of this dex")
		.option("--token <symbol | address>", "only pools with this token")
		.option("--limit <n>", "at most so many", readCount, 1_000)
		.option("--json", "one JSON array")
		.addHelpText("after", EXAMPLES.list)
		.action(async (options: { chain: string; sort: PoolOrder; dex?: string; token?: string; limit: number; json?: boolean }) => {
			const { listCommand } = await import("./pool-table.ts");
			await listCommand(options, print);
		});
	pools
		.command("show")
		.description("one pool: what the registry has of it, and its state at the head")
		.argument("<address>", "the pool's contract, or its id of 32 bytes")
		.option("--chain <id | name>", "the chain; that of CHAIN_FILE where absent")
		.addHelpText("after", EXAMPLES.show)
		.action(async (address: string, options: { chain?: string }) => {
			const { showCommand } = await import("./pool-table.ts");
			await showCommand(address, options, print);
		});
	pools
		.command("discover")
		.description("read every dex of the chain file from where the last reading stopped: by events, by lists, by deriving addresses")
		.requiredOption("--chain <id | name>", "the chain; its file must be set up")
		.option("--dex <name>", "only this dex")
		.option("--json", "one JSON object")
		.addHelpText("after", EXAMPLES.discover)
		.action(async (options: { chain: string; dex?: string; json?: boolean }) => {
			const { discoverCommand } = await import("./pool-discovery.ts");
			if (!(await discoverCommand(options, print))) process.exitCode = 1;
		});
	pools
		.command("import")
		.description(
			"store the pools of a file, each after its dex's own contracts have confirmed it; bad lines are named, the others are stored",
		)
		.argument("<file>", "JSON lines or CSV, plain or .gz; - is standard input")
		.requiredOption("--chain <id | name>", "the chain; its file must be set up")
		.option("--dex <name>", "the dex of lines that name none")
		.option("--json", "one JSON object")
		.addHelpText("after", EXAMPLES.import)
		.action(async (file: string, options: { chain: string; dex?: string; json?: boolean }) => {
			const { importCommand } = await import("./pool-import.ts");
			if (!(await importCommand(file, options, print))) process.exitCode = 1;
		});
	return pools;
}

const EXAMPLES = {
	list: `
Examples:
  arb pools list --chain devnet                         # most valued first
  arb pools list --chain devnet --sort block --limit 5  # the five youngest
  arb pools list --chain base --token WETH --json`,
	show: `
Example:
  arb pools show 0xB4e16d0168e52d35CaCD2c6185b44281Ec28C9Dc`,
	discover: `
Examples:
  arb pools discover --chain devnet
  arb pools discover --chain base --dex uniswap-v3`,
	import: `
A line is {"address": "0x…", "dex": "uniswap-v2"}; other fields are passed over. In CSV the first line may name the columns (address or pool, and dex);
without one they are address,dex. Names of dexes are those of the chain file; _ counts as -.

Examples:
  arb pools import pools.jsonl --chain mainnet
  arb pools import addresses.csv --chain base --dex uniswap-v3`,
} as const;

function readCount(text: string): number {
	const count = Number(text);
	if (Number.isInteger(count) && count > 0) return count;
	throw new InvalidArgumentError("must be a whole number above 0.");
}
