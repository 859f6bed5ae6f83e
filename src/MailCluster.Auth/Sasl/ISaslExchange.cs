namespace MailCluster.Auth.Sasl;

/// <summary>The server's side of one SASL conversation. Not thread-safe; disposed when the conversation ends, however it ends.</summary>
public interface ISaslExchange : IDisposable
{
    /// <summary>
    /// Takes the client's next message. Checks that need a database or a slow hash happen in here, and so does the waiting that a
    /// failure earns. After a step that is not a challenge the exchange is over.
    /// </summary>
    /// <param name="response">
    /// The decoded message (not base64). Null only in the first step, and only when the client sent no initial response; an
    /// initial response that is present but empty (<c>=</c> in SASL-IR) is an empty memory. Valid until the task completes.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the connection goes away.</param>
    ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken);
}
