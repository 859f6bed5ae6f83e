namespace MailCluster.Node.Admin.Scripts;

// What the verbs about scripts answer, a row each.

/// <param name="Changed">When it was put, UTC.</param>
internal sealed record ScriptRow(string User, string Script, bool Active, int Size, string Changed);

/// <param name="Content">Octets, as messages have them: an object with the member base64.</param>
internal sealed record ScriptContentRow(string User, string Script, SieveContent Content);

internal sealed record SieveContent(byte[] Base64);

internal sealed record ScriptChangeRow(string User, string Script, string Result);

/// <param name="Severity">error or warning.</param>
/// <param name="Fix">Empty where there is none to propose.</param>
internal sealed record DiagnosticRow(string Severity, int Line, int Column, string Message, string Fix);

/// <summary>A line of a test run: what a script did (trace), what it wrote itself (log), which programs a delivery would have run (program), what it decided (action), or why it ended (error).</summary>
internal sealed record SieveTestRow(string Kind, string Script, int Line, string Text);

/// <param name="Actions">What the script decided for the message.</param>
/// <param name="Done">False: it would be done.</param>
/// <param name="Result">What was done, or would be.</param>
internal sealed record SieveFilterRow(string User, string Mailbox, uint Uid, IReadOnlyList<string> Actions, bool Done, string Result);
