namespace MailCluster.ManageSieve.Session;

/// <summary>How a command ended.</summary>
internal enum AnswerStatus
{
    Ok,
    No,
    Bye,
}

/// <summary>A completion result (RFC 5804 §1.2).</summary>
/// <param name="Status">OK, NO, or BYE, after which the connection is closed.</param>
/// <param name="Text">For people; may have several lines. Null for none.</param>
/// <param name="Code">The response code with its argument's atoms: <c>QUOTA/MAXSIZE</c>; empty for none (RFC 5804 §1.3).</param>
/// <param name="CodeText">The string argument of the code, or null.</param>
internal readonly record struct Answer(AnswerStatus Status, string? Text, string Code = "", byte[]? CodeText = null)
{
    /// <summary>True: the command has written its result itself.</summary>
    public bool IsWritten { get; private init; }

    public static Answer Written { get; } = new(AnswerStatus.Ok, null) { IsWritten = true };

    public static Answer Ok(string text, string code = "") => new(AnswerStatus.Ok, text, code);

    public static Answer No(string text, string code = "") => new(AnswerStatus.No, text, code);

    public static Answer Bye(string text, string code = "") => new(AnswerStatus.Bye, text, code);
}
