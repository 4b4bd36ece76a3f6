import { DefaultLogger, Runtime } from "@temporalio/worker";

/** Of the Temporal runtime only what needs a look: every worker of every test would tell of its states otherwise. */
Runtime.install({ logger: new DefaultLogger("WARN") });
