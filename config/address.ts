import { getAddress } from "ethers";
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";

/**
 * An address as it is written in the registry: 20 bytes in hex with the checksum of EIP-55, so that a mistyped digit is found where it stands. Its
 * value is lower case, as everywhere inside the system.
 */
export const checksummedAddress = z
	.string()
	.regex(/^0x[0-9a-fA-F]{40}$/, "is not a 20-byte hex address")
	.superRefine((text, context) => {
		try {
			if (getAddress(text.toLowerCase()) === text) return;
			context.addIssue({ code: "custom", message: `fails the checksum of EIP-55, which makes it ${getAddress(text.toLowerCase())}` });
		} catch (error) {
			context.addIssue({ code: "custom", message: messageOf(error) });
		}
	})
	.transform((text) => text.toLowerCase());

/** A 32-byte hash in lower-case hex. */
export const hash32 = z.string().regex(/^0x[0-9a-f]{64}$/, "is not a 32-byte hash in lower-case hex");
