using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl.Scram;

/// <summary>
/// The server's side of SCRAM (RFC 5802 §5). The password crosses in no form: both ends prove that they hold keys made of it, over a text that holds both
/// nonces and the channel binding.
/// </summary>
/// <remarks>
/// The steps: the client's first message names it and brings its nonce; the server answers its own nonce, the salt and the iterations, for a name that does
/// not exist as for one that does (<see cref="ScramCredentials"/>). The client's final message brings the proof; what is checked, in this order, is that
/// the nonce is ours (nobody replays), that the binding is this connection's and the header the one of the first message (nobody relays or
/// downgrades), and the proof. Then the server proves itself, and the client acknowledges with an empty message, since not every protocol can
/// carry data with its success. All of that fails alike, after the same work.
/// </remarks>
internal sealed class ScramExchange(ScramTerms terms, AuthContext context, ISaslAuthority authority, ScramCredentials credentials) : ISaslExchange
{
    private const int NonceOctets = 18;

    private State _state = State.First;
    private AuthRequest _attempt = null!;
    private SaslLookup _lookup = null!;
    private ScramKeys _keys = null!;
    private bool _isReal;
    private ScramClientFirst _first;
    private string _nonce = "";
    private string _serverFirst = "";
    private AuthResult? _result;

    private enum State
    {
        First,
        Final,
        Acknowledged,
        Over,
    }

    public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_state == State.Over, this);
        if (response is not { } message) return SaslStep.Challenge(default);
        var state = _state;
        _state = State.Over; // Whatever is thrown or returned below, unless a challenge goes out.
        return state switch
        {
            State.First => await BeginAsync(message, cancellationToken),
            State.Final => await ProveAsync(message, cancellationToken),
            _ => message.IsEmpty ? SaslStep.Done(_result!) : SaslStep.Malformed,
        };
    }

    public void Dispose() => _state = State.Over;

    private async ValueTask<SaslStep> BeginAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (!ScramMessage.TryReadFirst(message.Span, out _first)) return SaslStep.Malformed;
        var name = SaslPrep.Prepare(_first.Name) ?? _first.Name;
        _attempt = new AuthRequest
        {
            Context = context,
            Mechanism = terms.Mechanism,
            Username = name,
            Password = default,
            AuthorizationId = _first.AuthorizationId,
        };
        if (BindingFault() is { } fault) return SaslStep.Done(await authority.RefuseAsync(_attempt, AuthOutcome.Failed, fault, cancellationToken));
        _lookup = await authority.LookUpAsync(_attempt, cancellationToken);
        if (_lookup.IsUnavailable) return await UnavailableAsync(_lookup.Reason, cancellationToken);
        ScramKeys? keys;
        try
        {
            (keys, _isReal) = await credentials.FindAsync(terms.Hash, name, _lookup, cancellationToken);
        }
        catch (PasswordSchemeException)
        {
            return await UnavailableAsync("bad-stored-password", cancellationToken);
        }
        if (keys is null) return await UnavailableAsync("busy", cancellationToken);
        _keys = keys;
        _nonce = _first.Nonce + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceOctets));
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(keys.Salt)},i={keys.Iterations}";
        _state = State.Final;
        return SaslStep.Challenge(Encoding.ASCII.GetBytes(_serverFirst));
    }

    /// <summary>RFC 5802 §6: what the client's flag means to this mechanism on this connection.</summary>
    private string? BindingFault() => (_first.Flag, terms.IsPlus) switch
    {
        ('p', true) => Array.IndexOf(ScramTerms.Bindings, _first.Binding) >= 0 && !BindingData().IsEmpty ? null : "channel-binding-unsupported",
        (_, true) or ('p', false) => "channel-binding-mismatch",
        // It saw no -PLUS among the mechanisms, and there was one: somebody took it out on the way.
        ('y', false) when terms.IsPlusOffered => "channel-binding-downgrade",
        _ => null,
    };

    private ReadOnlyMemory<byte> BindingData() => _first.Flag == 'p' ? context.ChannelBindings?.Find(_first.Binding!) ?? default : default;

    private async ValueTask<SaslStep> ProveAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (!ScramMessage.TryReadFinal(message.Span, out var final)) return SaslStep.Malformed;
        var signed = Encoding.UTF8.GetBytes($"{_first.Bare},{_serverFirst},{final.WithoutProof}");
        byte[] binding = [.. Encoding.UTF8.GetBytes(_first.Header), .. BindingData().Span];
        var isBound = CryptographicOperations.FixedTimeEquals(binding, final.Binding);
        var isProved = IsProof(final.Proof, signed);
        if (final.Nonce != _nonce || !isBound || !isProved || !_isReal)
            return SaslStep.Done(await authority.RefuseAsync(
                _attempt with { Proof = final.Proof, IsProofOnce = true }, AuthOutcome.Failed, Reason(final, isBound), cancellationToken));
        var result = await authority.AcceptAsync(_attempt, _lookup, cancellationToken);
        if (!result.IsSuccess) return SaslStep.Done(result);
        _result = result;
        _state = State.Acknowledged;
        var signature = CryptographicOperations.HmacData(terms.Hash, _keys.ServerKey, signed);
        return SaslStep.Challenge(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(signature)}"));
    }

    // ClientKey = ClientProof XOR HMAC(StoredKey, AuthMessage), and H(ClientKey) is the StoredKey.
    private bool IsProof(byte[] proof, byte[] signed)
    {
        var clientKey = CryptographicOperations.HmacData(terms.Hash, _keys.StoredKey, signed);
        if (proof.Length != clientKey.Length) return false;
        for (var i = 0; i < proof.Length; i++) clientKey[i] ^= proof[i];
        return CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(terms.Hash, clientKey), _keys.StoredKey);
    }

    private string Reason(ScramClientFinal final, bool isBound) =>
        !_lookup.IsFound ? _lookup.Reason :
        !_isReal ? "no-scram-credentials" :
        final.Nonce != _nonce ? "nonce-mismatch" :
        !isBound ? "channel-binding-mismatch" :
        "password-mismatch";

    private async ValueTask<SaslStep> UnavailableAsync(string reason, CancellationToken cancellationToken) =>
        SaslStep.Done(await authority.RefuseAsync(_attempt, AuthOutcome.TemporaryFailure, reason, cancellationToken));
}
