import adapter from "@sveltejs/adapter-static";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

/** The API that `vite dev` passes requests on to; the built dashboard is served by the API itself. */
const api = process.env.API_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
	plugins: [
		sveltekit({
			// One page for every address: the server answers each unknown path with it (api/dashboard).
			adapter: adapter({ pages: "build", fallback: "index.html" }),
			paths: { relative: false },
			compilerOptions: { runes: true },
		}),
	],
	server: { proxy: { "/api": { target: api, ws: true } } },
});
