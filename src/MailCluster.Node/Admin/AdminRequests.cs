namespace MailCluster.Node.Admin;

// What each verb is asked. Members that a caller leaves out have the defaults given here.

internal sealed record UserAddRequest(string User, string Password, string? Scheme = null, Dictionary<string, string>? Fields = null);

/// <param name="Pattern">With <c>*</c> and <c>?</c>; null for all.</param>
internal sealed record UserListRequest(string? Pattern = null);

internal sealed record UserPasswdRequest(string User, string Password, string? Scheme = null);

/// <param name="User">One account, no pattern.</param>
/// <param name="Purge">Also delete all its mail.</param>
internal sealed record UserDeleteRequest(string User, bool Purge = false);

internal sealed record AuthTestRequest(string User, string Password, string Protocol = "admin", string? Address = null);

/// <param name="Password">Null: the user is looked up.</param>
internal sealed record AuthTraceRequest(string User, string? Password = null, string Protocol = "admin", string? Address = null);

/// <param name="Users">Names; none for everything.</param>
internal sealed record AuthCacheFlushRequest(string[]? Users = null);

/// <summary>Of verbs about this node that ask nothing.</summary>
internal sealed record NothingRequest;

/// <param name="Pattern">Accounts; null for all, and for connections that are not logged in.</param>
internal sealed record WhoRequest(string? Pattern = null, bool Sessions = false);

/// <summary>Exactly one of the three says whom.</summary>
internal sealed record KickRequest(string? Pattern = null, string? Session = null, string? Address = null);

/// <param name="User">An account or a pattern.</param>
internal sealed record OutboxListRequest(string User);

/// <param name="User">An account or a pattern.</param>
/// <param name="Id">One entry; null for all.</param>
internal sealed record OutboxChangeRequest(string User, string? Id = null);

internal sealed record BanListRequest;

/// <param name="Network">An address or a network in CIDR form.</param>
/// <param name="Seconds">How long; null: until it is lifted.</param>
internal sealed record BanAddRequest(string Network, long? Seconds = null, string? Reason = null);

internal sealed record BanRemoveRequest(string Network);

/// <param name="User">An account or a pattern.</param>
/// <param name="Masks">Folder names with <c>*</c> and <c>%</c>; none for all.</param>
/// <param name="Subscribed">Only subscribed names, those of missing folders too.</param>
internal sealed record MailboxListRequest(string User, string[]? Masks = null, bool Subscribed = false);

internal sealed record MailboxStatusRequest(string User, string[]? Masks = null);

internal sealed record MailboxCreateRequest(string User, string[] Mailboxes, bool Subscribe = false, string? Use = null);

/// <param name="Recursive">Also the folders below.</param>
/// <param name="Unsubscribe">Also drop the subscriptions.</param>
internal sealed record MailboxDeleteRequest(string User, string[] Mailboxes, bool Recursive = false, bool Unsubscribe = false);

internal sealed record MailboxRenameRequest(string User, string From, string To, bool Subscribe = false);

/// <param name="Mailbox">Empty: the server, as the user sees it.</param>
/// <param name="Below">Only this entry and those below it; null: all.</param>
internal sealed record MailboxMetadataListRequest(string User, string Mailbox, string? Below = null);

/// <param name="Mailbox">Empty: the server, as the user sees it.</param>
internal sealed record MailboxMetadataRequest(string User, string Mailbox, string Entry);

/// <param name="Mailbox">Empty: the server, as the user sees it.</param>
/// <param name="Value">Null: it is to be no more.</param>
internal sealed record MailboxMetadataSetRequest(string User, string Mailbox, string Entry, string? Value = null);

internal sealed record MailboxSubscribeRequest(string User, string[] Mailboxes, bool Subscribed);

/// <param name="Query">Search keys of IMAP, one word of the command line each, and <c>mailbox MASK</c>.</param>
internal sealed record SearchRequest(string User, string[] Query);

internal sealed record FetchRequest(string User, string[] Fields, string[] Query);

internal sealed record ExpungeRequest(string User, string[] Query);

/// <param name="User">An account or a pattern.</param>
internal sealed record QuotaGetRequest(string User);

/// <param name="Storage">A size, <c>unlimited</c> or <c>default</c>; null leaves it.</param>
/// <param name="Messages">A number, <c>unlimited</c> or <c>default</c>; null leaves it.</param>
internal sealed record QuotaSetRequest(string User, string? Storage = null, string? Messages = null);

/// <param name="Prefix">Only names that begin so.</param>
/// <param name="All">Those of the runtime and the connection server too.</param>
internal sealed record StatsRequest(string? Prefix = null, bool All = false);

/// <param name="User">An account or pattern; null for everything, stored bodies that belong to nobody too.</param>
/// <param name="Verify">Also read each body and compare its checksum.</param>
/// <param name="Repair">Do what can be done without losing anything that could still be read.</param>
/// <param name="DropLost">With Repair: remove messages whose body is gone for ever.</param>
internal sealed record FsckRequest(string? User = null, bool Verify = false, bool Repair = false, bool DropLost = false);

/// <summary>Of verbs that ask nothing.</summary>
internal sealed record ClusterRequest;

/// <param name="Node">Only those of this node; empty for those without an owner, null for all.</param>
internal sealed record ClusterShardsRequest(string? Node = null);

/// <param name="User">An account or a pattern.</param>
internal sealed record ClusterWhereRequest(string User);

/// <param name="Node">The name of the node that is to hand over its shards.</param>
internal sealed record ClusterDrainRequest(string Node);
