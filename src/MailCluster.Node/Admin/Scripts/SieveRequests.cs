namespace MailCluster.Node.Admin.Scripts;

// What the verbs about scripts are asked. Members that a caller leaves out have the defaults given here.

internal sealed record SieveListRequest(string User);

internal sealed record SieveGetRequest(string User, string Name);

/// <param name="Content">The script.</param>
/// <param name="Activate">Also makes it the active one, in one step.</param>
internal sealed record SievePutRequest(string User, string Name, byte[] Content, bool Activate = false);

internal sealed record SieveActivateRequest(string User, string Name);

internal sealed record SieveDeactivateRequest(string User);

/// <param name="Deactivate">An active one is deactivated first; otherwise it is refused.</param>
internal sealed record SieveDeleteRequest(string User, string[] Names, bool Deactivate = false);

internal sealed record SieveRenameRequest(string User, string From, string To);

/// <param name="Content">The script.</param>
/// <param name="Global">As one of the operator's own, which may require more.</param>
internal sealed record SieveCheckRequest(byte[] Content, bool Global = false);

/// <summary>Runs a script over a message; changes nothing.</summary>
/// <param name="User">Whose folders and other scripts the script sees; null: those of nobody.</param>
/// <param name="Message">The message.</param>
/// <param name="Content">The script; null: the user's script of that name, or without one all that a delivery runs.</param>
/// <param name="Name">What the script is called.</param>
/// <param name="From">MAIL FROM; null: that of the message's Return-Path.</param>
/// <param name="To">RCPT TO; null: the user.</param>
/// <param name="Whole">With a script: between the operator's, in the place of the active one. Otherwise it runs alone.</param>
/// <param name="RunPrograms">Programs that decide something, those of filter and execute, are run. Without it they are false.</param>
internal sealed record SieveTestRequest(
    byte[] Message, string? User = null, byte[]? Content = null, string? Name = null, string? From = null, string? To = null, bool Whole = false, bool RunPrograms = false);

/// <summary>Runs a script over a folder.</summary>
/// <param name="User">An account or a pattern.</param>
/// <param name="Mailbox">The folder.</param>
/// <param name="Query">Which of its messages, as search has it; none for all.</param>
/// <param name="Content">The script; null: the user's script of that name, or without one all that a delivery runs.</param>
/// <param name="Name">What the script is called.</param>
/// <param name="Execute">False only tells what would be done.</param>
/// <param name="Discard">What discard means: keep, trash or delete.</param>
/// <param name="Whole">With a script: between the operator's, in the place of the active one. Otherwise it runs alone.</param>
/// <param name="RunPrograms">Programs that decide something, those of filter and execute, are run. Without it they are false.</param>
internal sealed record SieveFilterRequest(
    string User, string Mailbox, string[]? Query = null, byte[]? Content = null, string? Name = null, bool Execute = false, string Discard = "keep",
    bool Whole = false, bool RunPrograms = false);
