import { HDNodeWallet, type Wallet } from "ethers";

/** Known to everyone who has used a development chain: worth nothing elsewhere, and never to be used there. */
const DEVNET_MNEMONIC = "test test test test test test test test test test test junk";
const OPERATOR_COUNT = 6;
const SHARE_COUNT = 3;

/** Every account of the devnet, by what it does. */
export interface DevnetAccounts {
	readonly deployer: Signer;
	/** Owns executor and distributor, receives profit, pays rewards and top-ups. */
	readonly treasury: Signer;
	readonly market: Signer;
	readonly competitor: Signer;
	readonly operators: readonly Signer[];
	/** Whom net profit accrues to. */
	readonly shares: readonly Signer[];
}

export type Signer = HDNodeWallet | Wallet;

function account(index: number): Signer {
	return HDNodeWallet.fromPhrase(DEVNET_MNEMONIC, "", `m/44'/60'/0'/0/${index}`);
}

let derived: DevnetAccounts | undefined;

/** Derives the accounts once per process: each takes milliseconds. */
export function devnetAccounts(): DevnetAccounts {
	derived ??= {
		deployer: account(0),
		treasury: account(1),
		market: account(2),
		competitor: account(3),
		operators: Array.from({ length: OPERATOR_COUNT }, (_, i) => account(4 + i)),
		shares: Array.from({ length: SHARE_COUNT }, (_, i) => account(4 + OPERATOR_COUNT + i)),
	};
	return derived;
}
