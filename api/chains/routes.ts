import { createRoute } from "@hono/zod-openapi";
import type { ChainConfig } from "../../config/chain.ts";
import { engageKillSwitch, readControl, releaseKillSwitch, setPaused } from "../../db/control.ts";
import { ArbError } from "../../domain/errors.ts";
import { describeToken, nativeSymbol } from "../amounts.ts";
import { checksummed } from "../checksum.ts";
import type { ApiDependencies } from "../dependencies.ts";
import { createRouter, errorResponse } from "../errors.ts";
import {
	type ChainFacts,
	type ControlState,
	chainParamSchema,
	chainsSchema,
	controlSchema,
	killSwitchBodySchema,
	pauseBodySchema,
} from "./schema.ts";

const listRoute = createRoute({
	method: "get",
	path: "/",
	tags: ["Chains"],
	summary: "Chain facts, and whether money may move",
	responses: { 200: { content: { "application/json": { schema: chainsSchema } }, description: "Every configured chain" } },
});

const killSwitchRoute = createRoute({
	method: "post",
	path: "/{chainId}/kill-switch",
	tags: ["Chains"],
	summary: "Engage or release the kill switch",
	description:
		"Engaging returns when no claim and no broadcast is in flight. Accepted from this server's own pages and command lines only.",
	request: {
		params: chainParamSchema,
		body: { required: true, content: { "application/json": { schema: killSwitchBodySchema } } },
	},
	responses: {
		200: { content: { "application/json": { schema: controlSchema } }, description: "The control row after the change" },
		400: errorResponse("Bad input"),
		403: errorResponse("Sent from another site"),
		404: errorResponse("No such chain"),
	},
});

const pauseRoute = createRoute({
	method: "post",
	path: "/{chainId}/pause",
	tags: ["Chains"],
	summary: "Pause or resume starting lifecycles",
	request: {
		params: chainParamSchema,
		body: { required: true, content: { "application/json": { schema: pauseBodySchema } } },
	},
	responses: {
		200: { content: { "application/json": { schema: controlSchema } }, description: "The control row after the change" },
		400: errorResponse("Bad input"),
		403: errorResponse("Sent from another site"),
		404: errorResponse("No such chain"),
	},
});

/** `GET /api/chains`, `POST /api/chains/{chainId}/kill-switch`, `POST /api/chains/{chainId}/pause`. */
export function chainRoutes(deps: ApiDependencies) {
	const control = async (chainId: number): Promise<ControlState> => controlState(await readControl(deps.db, chainId));
	return createRouter()
		.openapi(listRoute, async (c) => {
			const chains = await Promise.all(deps.chains.map(async (chain) => chainFacts(chain, await controlOrNull(control, chain.chainId))));
			return c.json({ chains, temporalUiUrl: deps.temporal.uiUrl }, 200);
		})
		.openapi(killSwitchRoute, async (c) => {
			const { chainId } = c.req.valid("param");
			const { engaged } = c.req.valid("json");
			await (engaged ? engageKillSwitch(deps.db, chainId) : releaseKillSwitch(deps.db, chainId));
			deps.logger.warn({ chainId, engaged }, engaged ? "kill switch engaged" : "kill switch released");
			return c.json(await control(chainId), 200);
		})
		.openapi(pauseRoute, async (c) => {
			const { chainId } = c.req.valid("param");
			const { paused } = c.req.valid("json");
			await setPaused(deps.db, { chainId, paused });
			deps.logger.warn({ chainId, paused }, paused ? "chain paused" : "chain resumed");
			return c.json(await control(chainId), 200);
		});
}

async function controlOrNull(read: (chainId: number) => Promise<ControlState>, chainId: number): Promise<ControlState | null> {
	try {
		return await read(chainId);
	} catch (error) {
		// The set-up worker has not run yet: a fact to show, not a failure.
		if (error instanceof ArbError && error.code === "not_found") return null;
		throw error;
	}
}

function controlState(row: ControlState): ControlState {
	return { mode: row.mode, paused: row.paused, killSwitch: row.killSwitch, limits: { ...row.limits } };
}

function chainFacts(chain: ChainConfig, control: ControlState | null): ChainFacts {
	return {
		chainId: chain.chainId,
		name: chain.name,
		mode: chain.mode,
		nativeSymbol: nativeSymbol(chain),
		tokens: chain.tokens.map((token) => describeToken(chain, token.address)),
		dexes: chain.dexes.map((dex) => ({ name: dex.name, family: dex.family, factory: checksummed(dex.factory ?? dex.vault ?? "") })),
		executor: checksummed(chain.executor),
		treasury: checksummed(chain.treasury),
		operators: chain.operators.map((address) => checksummed(address)),
		confirmationDepth: chain.policy.confirmationDepth,
		explorerUrl: chain.explorerUrl ?? null,
		control,
	};
}
