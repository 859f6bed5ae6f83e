namespace MailCluster.Auth;

/// <summary>
/// Data that names one TLS connection, or the server's certificate in it, the same on both ends (RFC 5056): a mechanism that mixes it into its proof
/// cannot be relayed by somebody in the middle who has a TLS connection to each side.
/// </summary>
public interface IChannelBindings
{
    /// <summary>
    /// The data of a registered type: <c>tls-exporter</c> (RFC 9266), <c>tls-server-end-point</c> (RFC 5929); empty when the connection has none of
    /// that type.
    /// </summary>
    ReadOnlyMemory<byte> Find(string type);
}
