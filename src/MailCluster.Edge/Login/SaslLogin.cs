using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using MailCluster.Auth.Sasl;

namespace MailCluster.Edge;

/// <summary>What a SASL conversation asks of the protocol next.</summary>
public enum SaslLoginStepKind
{
    /// <summary>Send <see cref="SaslLoginStep.Challenge"/> (base64, may be empty) and bring the client's line.</summary>
    Challenge,

    /// <summary>Over; <see cref="SaslLoginStep.Result"/> says how.</summary>
    Done,

    /// <summary>Over: the client's line is no base64, or breaks the mechanism's syntax. IMAP: BAD.</summary>
    Malformed,

    /// <summary>Over: the client gave up with <c>*</c>. IMAP: BAD (RFC 9051 §6.2.2).</summary>
    Aborted,
}

/// <summary>One step of a SASL conversation, as the protocol sees it.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Challenge">For a challenge: its base64 text, without line end.</param>
/// <param name="Result">When done: how.</param>
public readonly record struct SaslLoginStep(SaslLoginStepKind Kind, ReadOnlyMemory<byte> Challenge, LoginResult? Result);

/// <summary>One SASL conversation: base64 in and out, with its limits. Disposed however it ends; passwords are wiped.</summary>
public sealed class SaslLogin : IDisposable
{
    private readonly LoginService _service;
    private readonly EdgeConnection _connection;
    private readonly SaslMechanism _mechanism;
    private readonly ISaslExchange _exchange;

    internal SaslLogin(LoginService service, EdgeConnection connection, SaslMechanism mechanism, ISaslExchange exchange)
    {
        _service = service;
        _connection = connection;
        _mechanism = mechanism;
        _exchange = exchange;
    }

    /// <summary>The longest line a client may send in this conversation, in bytes without the line end; refuse a longer one before buffering it.</summary>
    public int LineBytesMax => Base64.GetMaxEncodedToUtf8Length(_mechanism.ResponseOctetsMax);

    /// <summary>The first step without an initial response.</summary>
    public ValueTask<SaslLoginStep> StartAsync() => StepAsync(null);

    /// <summary>The first step with an initial response (RFC 4959): base64, or <c>=</c> for one that is empty.</summary>
    public ValueTask<SaslLoginStep> StartAsync(ReadOnlySequence<byte> initialResponse) =>
        initialResponse.Length == 1 && initialResponse.FirstSpan[0] == (byte)'='
            ? StepAsync(ReadOnlyMemory<byte>.Empty)
            : DecodeAsync(initialResponse);

    /// <summary>The client's next line, without its line end.</summary>
    public ValueTask<SaslLoginStep> ContinueAsync(ReadOnlySequence<byte> line) =>
        line.Length == 1 && line.FirstSpan[0] == (byte)'*'
            ? new(new SaslLoginStep(SaslLoginStepKind.Aborted, default, null))
            : DecodeAsync(line);

    public void Dispose() => _exchange.Dispose();

    // The line is decoded before the first await: the caller may give its buffer back as soon as the call returns.
    private ValueTask<SaslLoginStep> DecodeAsync(ReadOnlySequence<byte> line)
    {
        if (line.Length > LineBytesMax)
            return new(new SaslLoginStep(SaslLoginStepKind.Malformed, default, null));
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max((int)line.Length, 1));
        line.CopyTo(buffer);
        var status = Base64.DecodeFromUtf8InPlace(buffer.AsSpan(0, (int)line.Length), out var written);
        // The decoder skips white space; the grammar has none (RFC 9051 §9, base64).
        if (status != OperationStatus.Done || !IsBase64(line))
        {
            Return(buffer);
            return new(new SaslLoginStep(SaslLoginStepKind.Malformed, default, null));
        }

        return StepAndWipeAsync(buffer, written);
    }

    private async ValueTask<SaslLoginStep> StepAndWipeAsync(byte[] buffer, int length)
    {
        try
        {
            return await StepAsync(buffer.AsMemory(0, length));
        }
        finally
        {
            Return(buffer);
        }
    }

    private async ValueTask<SaslLoginStep> StepAsync(ReadOnlyMemory<byte>? response)
    {
        var step = await _exchange.StepAsync(response, _connection.Closed);
        return step.Kind switch
        {
            SaslStepKind.Challenge => new SaslLoginStep(SaslLoginStepKind.Challenge, Encode(step.ChallengeBytes.Span), null),
            SaslStepKind.Done => new SaslLoginStep(
                SaslLoginStepKind.Done, default, _service.Finish(_connection, _mechanism.Name, step.Result!)),
            _ => new SaslLoginStep(SaslLoginStepKind.Malformed, default, null),
        };
    }

    private static bool IsBase64(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAny(" \t\r\n"u8))
                return false;
        }

        return line.Length % 4 == 0;
    }

    private static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    private static void Return(byte[] buffer)
    {
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
