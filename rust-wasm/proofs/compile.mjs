// Compiles a file of ./contracts, or one of a package, with npm's solc, and writes { Contract: creation code } to standard output.
// node compile.mjs Vaults.sol Asset Virtual Plain    Packages are sought in NODE_MODULES, folders parted by colons.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = import.meta.dirname;
const own = [join(here, "../../node_modules"), join(here, "node_modules")];
const folders = process.env.NODE_MODULES?.split(":") ?? own;
const require = createRequire(join(folders[0], "x.js"));
const [file, ...contracts] = process.argv.slice(2);

const read = (path) => {
	for (const folder of [join(here, "contracts"), ...folders]) {
		try {
			return { contents: readFileSync(join(folder, path), "utf8") };
		} catch {}
	}
	return { error: `${path} is in none of ${folders.join(", ")}` };
};

const input = {
	language: "Solidity",
	sources: { [file]: { content: read(file).contents } },
	settings: {
		viaIR: process.env.VIA_IR === "1",
		optimizer: { enabled: true, runs: 200 },
		evmVersion: "cancun",
		outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
	},
};
const output = JSON.parse(require("solc").compile(JSON.stringify(input), { import: read }));
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) {
	console.error(errors.map((error) => error.formattedMessage).join("\n"));
	process.exit(1);
}
const named = Object.values(output.contracts).flatMap(Object.entries);
const code = (name) => named.find(([of, contract]) => of === name && contract.evm.bytecode.object !== "")[1].evm.bytecode.object;
console.log(JSON.stringify(Object.fromEntries(contracts.map((name) => [name, code(name)]))));
