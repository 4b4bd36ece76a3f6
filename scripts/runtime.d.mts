/** Types of the part of `runtime.mjs` that its tests call. */
export class SetUpError extends Error {}
export function assertSupported(machine: {
	readonly platform: string;
	readonly arch: string;
	readonly isMusl: boolean;
	readonly nodeMajor: number;
}): void;
export function assertIntegrity(file: { readonly name: string; readonly bytes: Uint8Array; readonly integrity: string }): void;
export function runtimePin(platform?: string): { readonly name: string; readonly version: string; readonly integrity: string };
