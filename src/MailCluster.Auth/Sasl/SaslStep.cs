namespace MailCluster.Auth.Sasl;

/// <summary>What one step of a SASL exchange asks of the protocol.</summary>
public enum SaslStepKind
{
    /// <summary>Send <see cref="SaslStep.ChallengeBytes"/> (base64, may be empty) and bring the client's answer.</summary>
    Challenge,

    /// <summary>Over: <see cref="SaslStep.Result"/> says how, success or not.</summary>
    Done,

    /// <summary>The client's message breaks the mechanism's syntax. IMAP: <c>BAD</c>; counts as no attempt.</summary>
    Malformed,
}

/// <summary>The outcome of <see cref="ISaslExchange.StepAsync"/>.</summary>
public readonly record struct SaslStep
{
    private SaslStep(SaslStepKind kind, ReadOnlyMemory<byte> challenge, AuthResult? result)
    {
        Kind = kind;
        ChallengeBytes = challenge;
        Result = result;
    }

    /// <summary>What to do next.</summary>
    public SaslStepKind Kind { get; }

    /// <summary>The challenge, before base64.</summary>
    public ReadOnlyMemory<byte> ChallengeBytes { get; }

    /// <summary>The result when <see cref="Kind"/> is <see cref="SaslStepKind.Done"/>, else null.</summary>
    public AuthResult? Result { get; }

    /// <summary>Ask the client for another message.</summary>
    public static SaslStep Challenge(ReadOnlyMemory<byte> bytes) => new(SaslStepKind.Challenge, bytes, null);

    /// <summary>The exchange is over.</summary>
    public static SaslStep Done(AuthResult result) => new(SaslStepKind.Done, default, result);

    /// <summary>The message cannot be understood.</summary>
    public static SaslStep Malformed { get; } = new(SaslStepKind.Malformed, default, null);
}
