/**
 * Named instants between plan and settlement at which a crash is most telling. The steps pass them as they run; a process may be told to die at one,
 * which is how the tests prove that a kill at any of them loses and doubles nothing.
 */
export const CHECKPOINTS = [
	"plan:simulated",
	"plan:decided",
	"submit:begun",
	"claim:checked",
	"claim:signed",
	"claim:stored",
	"claim:committed",
	"broadcast:begun",
	"broadcast:sent",
	"broadcast:committed",
	"confirm:included",
	"conclusion:begun",
	"conclusion:booked",
	"conclusion:stored",
	"conclusion:committed",
] as const;

export type Checkpoint = (typeof CHECKPOINTS)[number];
