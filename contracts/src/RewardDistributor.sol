// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IRewardDistributor} from "./interfaces/IRewardDistributor.sol";

/// @title See {IRewardDistributor}
contract RewardDistributor is IRewardDistributor, Ownable2Step {
    using SafeERC20 for IERC20;

    address public immutable token;
    uint256 public epoch;
    bytes32 public root;
    uint256 public totalCumulative;
    uint256 public totalClaimed;
    mapping(address account => uint256) public claimed;

    constructor(address owner, address rewardToken) Ownable(owner) {
        if (rewardToken == address(0)) revert ZeroAddress();
        token = rewardToken;
    }

    function publish(uint256 nextEpoch, bytes32 nextRoot, uint256 nextTotal) external onlyOwner {
        if (nextEpoch != epoch + 1) revert EpochOutOfOrder(nextEpoch, epoch + 1);
        if (nextRoot == bytes32(0)) revert EmptyRoot();
        if (nextTotal < totalCumulative) revert TotalDecreased(nextTotal, totalCumulative);
        epoch = nextEpoch;
        root = nextRoot;
        totalCumulative = nextTotal;
        emit RootPublished(nextEpoch, nextRoot, nextTotal);
    }

    function claim(uint256 index, address account, uint256 cumulativeAmount, bytes32[] calldata proof) external {
        // Hashed twice, so that no inner node can be passed off as a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(index, account, cumulativeAmount))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) revert InvalidProof(index, account, cumulativeAmount);

        uint256 before = claimed[account];
        if (cumulativeAmount <= before) revert NothingToClaim(account, cumulativeAmount, before);
        uint256 amount = cumulativeAmount - before;
        uint256 total = totalClaimed + amount;
        if (total > totalCumulative) revert TotalExceeded(total, totalCumulative);

        claimed[account] = cumulativeAmount;
        totalClaimed = total;
        emit Claimed(epoch, index, account, amount, cumulativeAmount);
        IERC20(token).safeTransfer(account, amount);
    }
}
