using System.Text;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// ANONYMOUS (RFC 4505): no proof, one configured account for all; the client may leave a trace, an address or any text, which is logged as the name of a
/// failure would be and trusted in nothing.
/// </summary>
internal sealed class AnonymousMechanism(ISaslAuthority authority, string account) : SaslMechanism
{
    /// <summary>RFC 4505 §3: at most 255 characters, of up to four octets.</summary>
    private const int TraceCharactersMax = 255;

    public override string Name => "ANONYMOUS";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    public override int ResponseOctetsMax => 4 * TraceCharactersMax;

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(authority, context, account);

    private sealed class Exchange(ISaslAuthority authority, AuthContext context, string account) : ISaslExchange
    {
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (response is not { } trace) return SaslStep.Challenge(default);
            _over = true;
            if (!System.Text.Unicode.Utf8.IsValid(trace.Span) || Encoding.UTF8.GetCharCount(trace.Span) > 2 * TraceCharactersMax) return SaslStep.Malformed;
            return SaslStep.Done(await authority.AdmitAsync(
                new AuthRequest { Context = context, Mechanism = "ANONYMOUS", Username = account, Password = default }, cancellationToken));
        }

        public void Dispose() => _over = true;
    }
}
