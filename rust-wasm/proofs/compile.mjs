// Compiles a file of ./contracts, or one of a package, with npm's solc, and writes { Contract: creation code } to standard output.
// node compile.mjs Vaults.sol Asset Virtual Plain    Packages are sought in NODE_MODULES, folders parted by colons.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const here = import.meta.dirname;
const own = [join(here, "../../node_modules"), join(here, "node_modules")];
const folders = process.env.NODE_MODULES?.split(":") ?? own;
const require = createRequire(join(folders[0], "x.js"));
const [file, ...contracts] = process.argv.slice(2);

/** In the form that solc asks for: contents, or an error where no folder has the file. */
const read = (path) => {
	const found = [join(here, "contracts"), ...folders].map((folder) => join(folder, path)).find((place) => existsSync(place));
	return found === undefined ? { error: `${path} is in none of ${folders.join(", ")}` } : { contents: readFileSync(found, "utf8") };
};

const main = read(file);
if (main.error !== undefined) throw new Error(main.error);
const input = {
	language: "Solidity",
	sources: { [file]: { content: main.contents } },
	settings: {
		viaIR: process.env.VIA_IR === "1",
		optimizer: { enabled: true, runs: 200 },
		evmVersion: "cancun",
		outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
	},
};
const output = JSON.parse(require("solc").compile(JSON.stringify(input), { import: read }));
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
const named = Object.values(output.contracts).flatMap(Object.entries);
const code = (name) => {
	const contract = named.find(([of, contract]) => of === name && contract.evm.bytecode.object !== "");
	if (contract === undefined) throw new Error(`${file} has no contract ${name} that can be deployed`);
	return contract[1].evm.bytecode.object;
};
console.log(JSON.stringify(Object.fromEntries(contracts.map((name) => [name, code(name)]))));
