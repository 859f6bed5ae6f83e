using System.Text.Json.Serialization;

namespace MailCluster.Node.Admin;

/// <summary>
/// Requests and rows as JSON, without reflection. A member nobody knows is an error: an option is never silently ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AdminError))]
[JsonSerializable(typeof(UserAddRequest))]
[JsonSerializable(typeof(UserListRequest))]
[JsonSerializable(typeof(UserPasswdRequest))]
[JsonSerializable(typeof(UserDeleteRequest))]
[JsonSerializable(typeof(AuthTestRequest))]
[JsonSerializable(typeof(WhoRequest))]
[JsonSerializable(typeof(KickRequest))]
[JsonSerializable(typeof(MailboxListRequest))]
[JsonSerializable(typeof(MailboxStatusRequest))]
[JsonSerializable(typeof(MailboxCreateRequest))]
[JsonSerializable(typeof(MailboxDeleteRequest))]
[JsonSerializable(typeof(MailboxRenameRequest))]
[JsonSerializable(typeof(MailboxSubscribeRequest))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(ExpungeRequest))]
[JsonSerializable(typeof(StatsRequest))]
[JsonSerializable(typeof(FsckRequest))]
[JsonSerializable(typeof(UserRow))]
[JsonSerializable(typeof(ChangeRow))]
[JsonSerializable(typeof(AuthTestRow))]
[JsonSerializable(typeof(WhoRow))]
[JsonSerializable(typeof(SessionRow))]
[JsonSerializable(typeof(KickRow))]
[JsonSerializable(typeof(MailboxRow))]
[JsonSerializable(typeof(MailboxStatusRow))]
[JsonSerializable(typeof(MailboxChangeRow))]
[JsonSerializable(typeof(SearchRow))]
[JsonSerializable(typeof(SaveRow))]
[JsonSerializable(typeof(ExpungeRow))]
[JsonSerializable(typeof(StatRow))]
[JsonSerializable(typeof(FindingRow))]
[JsonSerializable(typeof(FsckSummaryRow))]
[JsonSerializable(typeof(ClusterRequest))]
[JsonSerializable(typeof(ClusterShardsRequest))]
[JsonSerializable(typeof(ClusterWhereRequest))]
[JsonSerializable(typeof(ClusterDrainRequest))]
[JsonSerializable(typeof(ClusterStatusRow))]
[JsonSerializable(typeof(ClusterMemberRow))]
[JsonSerializable(typeof(ClusterShardRow))]
[JsonSerializable(typeof(ClusterWhereRow))]
[JsonSerializable(typeof(ClusterDrainRow))]
[JsonSerializable(typeof(ClusterRebalanceRow))]
internal sealed partial class AdminJson : JsonSerializerContext;
