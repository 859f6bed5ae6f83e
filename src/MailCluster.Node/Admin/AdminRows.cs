namespace MailCluster.Node.Admin;

// What verbs answer, a row each. Member names are the column names of mailctl's tables, in kebab-case.

/// <param name="User">Whose account failed, if the verb goes on with others.</param>
internal sealed record AdminError(int Exit, string Message, string? User);

internal sealed record UserRow(string User, bool Nologin, IReadOnlyDictionary<string, string> Fields);

internal sealed record ChangeRow(string User, string Result);

internal sealed record AuthTestRow(string User, string Result, IReadOnlyDictionary<string, string> Fields);

/// <summary>A database that was asked, and at the end what came of it, with <paramref name="Step"/> <c>result</c> and the account in place of the database.</summary>
internal sealed record AuthTraceRow(string Step, string Database, string Answer, string Reason, string Then, IReadOnlyDictionary<string, string> Fields);

internal sealed record AuthCacheRow(string Cache, int Entries, long PositiveHits, long NegativeHits, long Misses);

internal sealed record AuthCacheFlushRow(int Flushed);

/// <param name="Names">The server names that get it; <c>*</c> for every other.</param>
internal sealed record CertRow(
    string Names, string Subject, string Issuer, string NotBefore, string NotAfter, int DaysLeft, string File, string Sha256);

/// <summary>One line a user and protocol, as <c>doveadm who</c>.</summary>
internal sealed record WhoRow(string User, int Sessions, string Protocol, IReadOnlyList<string> Addresses);

internal sealed record SessionRow(
    string User, string Session, string Protocol, string Address, string Tls, string Since, string State, string Folder, long BytesIn,
    long BytesOut);

/// <param name="Next">When it is tried; while an attempt is under way, when that counts as lost.</param>
/// <param name="Response">What the last attempt was told.</param>
internal sealed record OutboxRow(string User, string Id, string Kind, string Recipient, long Size, string Queued, int Attempts, string Next, string Response);

internal sealed record OutboxChangeRow(string User, string Id, string Result);

/// <param name="Until">Empty: until it is lifted.</param>
internal sealed record BanRow(string Network, string Since, string Until, string Reason);

internal sealed record BanChangeRow(string Network, string Result);

internal sealed record KickRow(int Kicked);

internal sealed record MailboxRow(string User, string Mailbox, string SpecialUse, bool Subscribed, bool Exists);

internal sealed record MailboxStatusRow(
    string User,
    string Mailbox,
    int Messages,
    int Recent,
    int Unseen,
    int Deleted,
    uint UidNext,
    uint UidValidity,
    long HighestModseq,
    long Size,
    string Guid);

/// <param name="Encoding"><c>text</c>, or <c>base64</c> for what is none.</param>
internal sealed record MailboxMetadataRow(string User, string Mailbox, string Entry, string Value, string Encoding);

internal sealed record MailboxChangeRow(string User, string Mailbox, string Result);

internal sealed record SearchRow(string User, string Mailbox, string MailboxGuid, uint Uid);

internal sealed record SaveRow(string User, string Mailbox, uint UidValidity, uint Uid, string Guid);

internal sealed record ExpungeRow(string User, string Mailbox, long Expunged);

/// <param name="Resource"><c>storage</c>, in bytes, or <c>messages</c>.</param>
/// <param name="Limit">A number, or <c>unlimited</c>.</param>
/// <param name="Source">Who says so: <c>set</c>, <c>user-database</c>, <c>configuration</c>.</param>
internal sealed record QuotaRow(string User, string Resource, long Used, string Limit, long Percent, string Source);

internal sealed record StatRow(string Name, double Value, string Labels);

/// <param name="Problem">One word: <c>missing-body</c>, <c>corrupt-body</c>, …</param>
/// <param name="Repair">What was done, or why nothing was.</param>
internal sealed record FindingRow(string Problem, string User, string Mailbox, uint Uid, string Body, string Detail, string Repair);

/// <summary>The last row of a check.</summary>
internal sealed record FsckSummaryRow(FsckSummary Summary);

internal sealed record FsckSummary(long Accounts, long Folders, long Messages, long Records, long Findings, long Repaired);

/// <param name="State">One sentence: <c>serving</c>, or why it is not.</param>
/// <param name="LeaseLeft">Seconds until it stops serving unless it renews.</param>
/// <param name="Nodes">Members that are active.</param>
/// <param name="Level">The feature level at which the node works.</param>
internal sealed record ClusterStatusRow(
    string Cluster,
    string Node,
    long Generation,
    string State,
    double LeaseLeft,
    int Nodes,
    int OwnShards,
    int Shards,
    int ShardsWithoutOwner,
    long MapVersion,
    int Level);

/// <param name="LeaseLeft">Seconds, by the database's clock, when this node read it last.</param>
/// <param name="Level">The highest feature level that it speaks.</param>
internal sealed record ClusterMemberRow(
    string Node, long Generation, string Address, IReadOnlyList<string> Roles, string Version, string Status, double LeaseLeft, int Shards, int Level);

/// <param name="Phase">Where it stands on the node that was asked.</param>
/// <param name="Accounts">In memory there.</param>
/// <param name="Waiting">Commands that wait for its home.</param>
/// <param name="UnderWay">Commands sent to its node and not answered yet.</param>
internal sealed record ClusterShardRow(int Shard, string Node, string Phase, int Accounts, int Waiting, int UnderWay);

internal sealed record ClusterWhereRow(string User, int Shard, string Node, bool Here);

internal sealed record ClusterDrainRow(string Node, string Result);

internal sealed record ClusterRebalanceRow(string Cluster, string Result);
