namespace MailCluster.Ctl;

/// <summary>mailctl cannot go on; the message goes to standard error, the code to the shell.</summary>
internal sealed class CtlException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
