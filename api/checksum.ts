import { getAddress } from "ethers";

/** Addresses kept: more than the pools and tokens that a page of lifecycles speaks of. */
const KEPT = 10_000;
const known = new Map<string, string>();

/** A Uniswap V4 pool's id of 32 bytes, which has no checksum. */
const POOL_ID_LENGTH = 66;

/** An address with its checksum (EIP-55). Remembered, because each costs a hash and a page of lifecycles has hundreds of the same few. */
export function checksummed(address: string): string {
	const found = known.get(address);
	if (found !== undefined) return found;
	const made = address.length === POOL_ID_LENGTH ? address : getAddress(address);
	if (known.size >= KEPT) known.clear();
	known.set(address, made);
	return made;
}
