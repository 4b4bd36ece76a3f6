//! A flash loan as the first hop of a chain: it takes what is paid back and pays what is borrowed. A chain with it earns what its cycle earns less the
//! lender's fee, so the sizing finds the amount whose last unit pays for its own fee as it finds any other.

use crate::refusal::{Answer, Refusal};
use crate::u256::U256;

/// A lender's fee on an amount: `⌊(amount × share + rounding) / of⌋`. With `rounding` 0 it is rounded down, with `of / 2` half up, with `of − 1` up.
#[derive(Clone, Copy, Debug)]
pub struct Loan {
    share: U256,
    of: U256,
    rounding: U256,
}

impl Loan {
    /// Refused where the fee would exceed the amount, or its rounding a unit.
    pub fn new(share: U256, of: U256, rounding: U256) -> Answer<Self> {
        if of.is_zero() || share > of || rounding >= of {
            return Err(Refusal::InvalidState);
        }
        Ok(Self { share, of, rounding })
    }

    /// What is owed for a borrowed amount.
    pub fn repayment(&self, borrowed: U256) -> Answer<U256> {
        let fee = borrowed.checked_mul(self.share)?.checked_add(self.rounding)?.checked_div(self.of)?;
        borrowed.checked_add(fee)
    }

    /// The most that can be borrowed for a repayment.
    ///
    /// `x + ⌊(x·share + rounding) / of⌋ ≤ r` is `x·(of + share) + rounding < (r + 1)·of`.
    pub fn borrowed(&self, repayment: U256) -> Answer<U256> {
        let end = repayment.checked_add(U256::ONE)?.checked_mul(self.of)?;
        // `of` is larger than `rounding`, so this does not go below 0.
        let last = end.checked_sub(self.rounding)?.checked_sub(U256::ONE)?;
        last.checked_div(self.of.checked_add(self.share)?)
    }

    /// Borrowed amount per repayment, without rounding.
    pub fn rate(&self) -> f64 {
        self.of.to_f64() / (self.of.to_f64() + self.share.to_f64())
    }

    /// [`Loan::borrowed`] in doubles before it is rounded down: never less than that.
    pub fn estimate(&self, repayment: f64) -> (f64, f64) {
        let spared = (self.of.to_f64() - self.rounding.to_f64() - 1.0) / (self.of.to_f64() + self.share.to_f64());
        (repayment * self.rate() + spared, self.rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn loan(share: u128, of: u128, rounding: u128) -> Loan {
        Loan::new(U256::from(share), U256::from(of), U256::from(rounding)).unwrap()
    }

    #[test]
    fn fees_round_as_the_lender_does() {
        let fees = |loan: Loan, amounts: [u32; 4]| {
            amounts.map(|amount| loan.repayment(U256::from(amount)).unwrap().saturating_sub(U256::from(amount)).low_u128())
        };
        // Five basis points of 999, 1,000, 2,999 and 3,000: half up, then up.
        assert_eq!(fees(loan(5, 10_000, 5_000), [999, 1_000, 2_999, 3_000]), [0, 1, 1, 2]);
        assert_eq!(fees(loan(5, 10_000, 9_999), [0, 1, 2_000, 2_001]), [0, 1, 1, 2]);
        assert_eq!(fees(loan(0, 1, 0), [0, 1, 2, 3]), [0; 4]);
    }

    #[test]
    fn a_loan_among_the_kinds_of_pools_makes_none_of_them_larger() {
        use crate::pool::Pool;
        use crate::protocols::uniswap_v2::Pair;
        assert!(size_of::<Pool>() <= size_of::<Pair>() + size_of::<usize>());
    }

    #[test]
    fn a_fee_above_the_amount_or_a_rounding_above_a_unit_is_refused() {
        for (share, of, rounding) in [(2u32, 1u32, 0u32), (0, 0, 0), (1, 10, 10)] {
            assert_eq!(Loan::new(U256::from(share), U256::from(of), U256::from(rounding)).err(), Some(Refusal::InvalidState));
        }
    }

    proptest! {
        #[test]
        fn the_borrowed_amount_is_the_largest_whose_repayment_is_covered(repayment in any::<u64>(), share in 0u64..2_000, of in 2_000u64..20_000, rounding in any::<u64>()) {
            let loan = loan(share.into(), of.into(), u128::from(rounding % of));
            let repayment = U256::from(repayment);
            let borrowed = loan.borrowed(repayment).unwrap();
            prop_assert!(loan.repayment(borrowed).unwrap() <= repayment || borrowed.is_zero());
            prop_assert!(loan.repayment(borrowed.saturating_add(U256::ONE)).unwrap() > repayment);
            prop_assert!(loan.estimate(repayment.to_f64()).0 >= borrowed.to_f64() * (1.0 - 1e-15));
        }
    }
}
