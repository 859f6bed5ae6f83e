namespace MailCluster.Hocon;

/// <summary>The text is not HOCON, or a substitution or include in it cannot be satisfied.</summary>
public sealed class HoconException : Exception
{
    /// <param name="origin">The place of the fault.</param>
    /// <param name="problem">What was expected there and what was found, without the place.</param>
    public HoconException(HoconOrigin origin, string problem)
        : base(origin.Line == 0 ? $"{origin.Source}: {problem}" : $"{origin.Source}:{origin.Line}:{origin.Column}: {problem}")
    {
        Origin = origin;
        Problem = problem;
    }

    /// <summary>File, line and column of the fault.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>The message without the place.</summary>
    public string Problem { get; }
}
