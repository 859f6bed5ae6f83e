namespace MailCluster.Sieve;

/// <summary>Takes what a run does, line by line, for <c>mailctl sieve test</c>. Called synchronously.</summary>
public interface ISieveTrace
{
    /// <param name="script">The stage, or for an included script its name.</param>
    /// <param name="line">The line of the command or test, from 1; 0 for what belongs to no line.</param>
    /// <param name="text">What was done or found; one line.</param>
    void Write(string script, int line, string text);
}
