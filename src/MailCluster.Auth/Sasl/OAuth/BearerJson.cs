using System.Text.Json.Serialization;

namespace MailCluster.Auth.Sasl.OAuth;

/// <summary>The refusal's JSON, without reflection.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class BearerJson : JsonSerializerContext;
