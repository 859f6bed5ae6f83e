using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Authentication;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl.Gss;

/// <summary>
/// The server's side of GSSAPI (RFC 4752 §3.1) and GSS-SPNEGO. The client shows a ticket for this service that only the KDC can have made; the keytab
/// holds the key that opens it.
/// </summary>
/// <remarks>
/// The steps: tokens go to and fro until the security context stands; a last token of the server is answered with an empty message. GSSAPI then agrees about a
/// security layer in two wrapped messages: this server offers none (TLS is there), and the client's message says the same and as whom it wants to act.
/// GSS-SPNEGO ends with the context. Each step may read the keytab and the replay cache from the disk, so it runs where slow hashes run.
/// </remarks>
internal sealed class GssExchange(
    string mechanism, bool isSpnego, string? localRealm, AuthContext context, ISaslAuthority authority, PasswordHashing work) : ISaslExchange
{
    /// <summary>RFC 4752 §3.3: no security layer. Then three octets of the largest message of a layer: none.</summary>
    private const byte NoLayer = 1;

    private readonly NegotiateAuthentication _negotiation = new(new NegotiateAuthenticationServerOptions
    {
        Package = isSpnego ? "Negotiate" : "Kerberos",
        RequiredProtectionLevel = isSpnego ? ProtectionLevel.None : ProtectionLevel.Sign,
    });

    private State _state = State.Context;

    private enum State
    {
        Context,
        LastTokenSent,
        LayerOffered,
        Over,
    }

    public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state == State.Over, this);
        if (response is not { } message) return SaslStep.Challenge(default);
        var state = _state;
        _state = State.Over; // Unless a challenge goes out.
        return state switch
        {
            // RFC 4752 §3.1: an empty first message asks for nothing but the server's word.
            State.Context when message.IsEmpty => Challenge(State.Context, default),
            State.Context => await AcceptAsync(message, cancellationToken),
            State.LastTokenSent when !message.IsEmpty => SaslStep.Malformed,
            State.LastTokenSent => isSpnego ? await EndAsync(null, cancellationToken) : await OfferLayerAsync(cancellationToken),
            _ => await TakeLayerAsync(message, cancellationToken),
        };
    }

    public void Dispose()
    {
        _state = State.Over;
        _negotiation.Dispose();
    }

    private async ValueTask<SaslStep> AcceptAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var step = await work.ComputeAsync(() => Accept(message), cancellationToken);
        if (step is null) return await RefuseAsync(AuthOutcome.TemporaryFailure, "busy", cancellationToken);
        switch (step.Status)
        {
            case NegotiateAuthenticationStatusCode.ContinueNeeded when step.Token.Length > 0:
                return Challenge(State.Context, step.Token);
            case NegotiateAuthenticationStatusCode.Completed when step.Token.Length > 0:
                return Challenge(State.LastTokenSent, step.Token);
            case NegotiateAuthenticationStatusCode.Completed:
                return isSpnego ? await EndAsync(null, cancellationToken) : await OfferLayerAsync(cancellationToken);
            case NegotiateAuthenticationStatusCode.UnknownCredentials:
                return await RefuseAsync(AuthOutcome.TemporaryFailure, "no-key-in-keytab", cancellationToken);
            default:
                return await RefuseAsync(AuthOutcome.Failed, $"gss-{step.Status.ToString().ToLowerInvariant()}", cancellationToken);
        }
    }

    private GssStep Accept(ReadOnlyMemory<byte> message)
    {
        try
        {
            var token = _negotiation.GetOutgoingBlob(message.Span, out var status);
            return new GssStep(status, token ?? []);
        }
        catch (Exception e) when (e is AuthenticationException or InvalidOperationException or PlatformNotSupportedException)
        {
            return new GssStep(NegotiateAuthenticationStatusCode.GenericFailure, []);
        }
    }

    private async ValueTask<SaslStep> OfferLayerAsync(CancellationToken cancellationToken)
    {
        var wrapped = new ArrayBufferWriter<byte>();
        return _negotiation.Wrap([NoLayer, 0, 0, 0], wrapped, requestEncryption: false, out _) == NegotiateAuthenticationStatusCode.Completed
            ? Challenge(State.LayerOffered, wrapped.WrittenMemory)
            : await RefuseAsync(AuthOutcome.Failed, "gss-wrap", cancellationToken);
    }

    private async ValueTask<SaslStep> TakeLayerAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var plain = new ArrayBufferWriter<byte>();
        if (_negotiation.Unwrap(message.Span, plain, out _) != NegotiateAuthenticationStatusCode.Completed)
            return await RefuseAsync(AuthOutcome.Failed, "gss-unwrap", cancellationToken);
        var choice = plain.WrittenSpan;
        if (choice.Length < sizeof(int) || (BinaryPrimitives.ReadUInt32BigEndian(choice) >> 24) != NoLayer) return SaslStep.Malformed;
        string? identity = null;
        if (choice.Length > sizeof(int))
        {
            var name = choice[sizeof(int)..];
            if (name[^1] == 0) name = name[..^1]; // Some clients count the terminating NUL.
            if (!SaslLimits.TryReadIdentity(name, out identity)) return SaslStep.Malformed;
        }
        return await EndAsync(identity, cancellationToken);
    }

    private async ValueTask<SaslStep> EndAsync(string? identity, CancellationToken cancellationToken)
    {
        var account = GssPrincipal.ToAccount(_negotiation.RemoteIdentity.Name ?? "", localRealm);
        // A client that says who it is, as it says in every other mechanism, does not ask for somebody else.
        if (identity is not null && GssPrincipal.IsSame(identity, account)) identity = null;
        return SaslStep.Done(await authority.AdmitAsync(
            new AuthRequest { Context = context, Mechanism = mechanism, Username = account, Password = default, AuthorizationId = identity }, cancellationToken));
    }

    private async ValueTask<SaslStep> RefuseAsync(AuthOutcome outcome, string reason, CancellationToken cancellationToken) =>
        SaslStep.Done(await authority.RefuseAsync(
            new AuthRequest { Context = context, Mechanism = mechanism, Username = "", Password = default }, outcome, reason, cancellationToken));

    private SaslStep Challenge(State next, ReadOnlyMemory<byte> token)
    {
        _state = next;
        return SaslStep.Challenge(token);
    }

    private sealed record GssStep(NegotiateAuthenticationStatusCode Status, byte[] Token);
}
