// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IAaveV3Borrower, IAaveV3Lender, IMorphoBlueBorrower, IMorphoBlueLender} from "../src/interfaces/IFlashLoan.sol";
import {Habit, TestToken} from "./Market.sol";

/// @dev How a lender that pulls its loan back may misbehave.
enum Pulling {
    Honest,
    NoLoan,
    Twice,
    OtherAmount,
    OtherData,
    PullsLess
}

/// @dev As much of Aave's pool as lends; anyone may name any receiver.
contract TestAave is IAaveV3Lender {
    uint256 public premiumBps;
    Pulling public pulling;

    function set(uint256 bps, Pulling how) external {
        (premiumBps, pulling) = (bps, how);
    }

    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16) external {
        if (pulling == Pulling.NoLoan) return;
        if (pulling == Pulling.OtherAmount) amount -= 1;
        bytes memory data = pulling == Pulling.OtherData ? bytes.concat(params, hex"00") : params;
        uint256 premium = (amount * premiumBps + 5000) / 10_000;
        TestToken(asset).transfer(receiver, amount);
        require(IAaveV3Borrower(receiver).executeOperation(asset, amount, premium, msg.sender, data), "refused");
        if (pulling == Pulling.Twice) IAaveV3Borrower(receiver).executeOperation(asset, amount, premium, msg.sender, data);
        TestToken(asset).transferFrom(receiver, address(this), amount + premium - (pulling == Pulling.PullsLess ? 1 : 0));
    }
}

/// @dev As much of Morpho Blue as lends.
contract TestMorpho is IMorphoBlueLender {
    Pulling public pulling;

    function behave(Pulling how) external {
        pulling = how;
    }

    function flashLoan(address token, uint256 assets, bytes calldata data) external {
        if (pulling == Pulling.NoLoan) return;
        if (pulling == Pulling.OtherAmount) assets -= 1;
        bytes memory passed = pulling == Pulling.OtherData ? bytes.concat(data, hex"00") : data;
        TestToken(token).transfer(msg.sender, assets);
        IMorphoBlueBorrower(msg.sender).onMorphoFlashLoan(assets, passed);
        if (pulling == Pulling.Twice) IMorphoBlueBorrower(msg.sender).onMorphoFlashLoan(assets, passed);
        TestToken(token).transferFrom(msg.sender, address(this), assets - (pulling == Pulling.PullsLess ? 1 : 0));
    }
}

/// @dev Takes a loan in the executor's name as it is handed out itself: between the lender's call and its callback.
contract LoanTakingToken is TestToken {
    IAaveV3Lender private lender;
    address private receiver;
    bytes private data;
    bool private done;

    constructor() TestToken(Habit.ReturnsNothing) {}

    function arm(IAaveV3Lender from, address inNameOf, bytes calldata with) external {
        (lender, receiver, data) = (from, inNameOf, with);
    }

    function transfer(address to, uint256 amount) public override {
        super.transfer(to, amount);
        if (msg.sender != address(lender) || done) return;
        done = true;
        lender.flashLoanSimple(receiver, address(this), amount, data, 0);
    }
}
