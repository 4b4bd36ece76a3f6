import type { Interface } from "ethers";
import { z } from "zod";
import { readArtifact } from "./artifacts.ts";

/** A call that the desk makes; `value` is in wei, none where absent. */
export interface DeskCall {
	readonly to: string;
	readonly data: string;
	readonly value?: bigint;
}

/** A view call. */
export interface View {
	readonly to: string;
	readonly data: string;
}

/** The market's desk (`devnet/contracts/MarketDesk.sol`). */
export function deskInterface(): Interface {
	return readArtifact("desk").abi;
}

/** Calls one after the other, all or none. Whoever is called may call the desk back to be paid. */
export function perform(calls: readonly DeskCall[]): string {
	return deskInterface().encodeFunctionData("perform", [calls.map(({ to, data, value = 0n }) => [to, value, data])]);
}

/** Many view calls as one. */
export function look(views: readonly View[]): string {
	return deskInterface().encodeFunctionData("look", [views.map(({ to, data }) => [to, data])]);
}

/** The answers to {@link look}, in its order. */
export function lookAnswers(data: string): readonly string[] {
	return z.array(z.string()).parse(deskInterface().decodeFunctionResult("look", data).toArray()[0]?.toArray());
}
