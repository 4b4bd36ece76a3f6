// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Pays accrued rewards against a Merkle root
/// @notice Each epoch publishes one root over all accounts' rewards since the beginning. A claim pays what an account has not been paid yet, so
/// a missed epoch loses nothing and an old root's proof is worthless.
/// @dev A leaf is `keccak256(bytes.concat(keccak256(abi.encode(uint256 index, address account, uint256 cumulativeAmount))))`, inner nodes hash
/// their children in ascending order.
interface IRewardDistributor {
    /// @notice A root is in force.
    /// @param totalCumulative Sum of all leaves' amounts, in base units of the token.
    event RootPublished(uint256 indexed epoch, bytes32 root, uint256 totalCumulative);

    /// @notice An account was paid.
    /// @param amount What was paid now; `cumulativeAmount` is what it has been paid altogether.
    event Claimed(uint256 indexed epoch, uint256 index, address indexed account, uint256 amount, uint256 cumulativeAmount);

    /// @notice The zero address where a token is needed.
    error ZeroAddress();

    /// @notice A root that contains nothing.
    error EmptyRoot();

    /// @notice Epochs follow each other without a gap.
    error EpochOutOfOrder(uint256 epoch, uint256 expected);

    /// @notice Cumulative rewards never shrink.
    error TotalDecreased(uint256 totalCumulative, uint256 published);

    /// @notice The proof does not lead to the root in force.
    error InvalidProof(uint256 index, address account, uint256 cumulativeAmount);

    /// @notice The account has been paid all of it already.
    error NothingToClaim(address account, uint256 cumulativeAmount, uint256 alreadyClaimed);

    /// @notice The root's leaves add up to more than was published with it.
    error TotalExceeded(uint256 totalClaimed, uint256 totalCumulative);

    /// @notice Puts an epoch's root in force; owner only.
    /// @param nextEpoch The epoch in force plus one.
    /// @param nextRoot Root over all accounts' cumulative amounts.
    /// @param nextTotal Sum of those amounts.
    function publish(uint256 nextEpoch, bytes32 nextRoot, uint256 nextTotal) external;

    /// @notice Pays `account` what it has not been paid of `cumulativeAmount`. Anyone may call it; only the account is paid.
    function claim(uint256 index, address account, uint256 cumulativeAmount, bytes32[] calldata proof) external;

    /// @notice What an account has been paid altogether.
    function claimed(address account) external view returns (uint256);

    /// @notice What all accounts have been paid altogether.
    function totalClaimed() external view returns (uint256);

    /// @notice Sum of all leaves of the root in force.
    function totalCumulative() external view returns (uint256);

    /// @notice Number of the root in force; 0 before the first.
    function epoch() external view returns (uint256);

    /// @notice The root in force.
    function root() external view returns (bytes32);

    /// @notice What rewards are paid in.
    function token() external view returns (address);
}
