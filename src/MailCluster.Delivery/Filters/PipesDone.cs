namespace MailCluster.Delivery.Filters;

/// <summary>
/// What one delivery has piped into programs. A plan that another delivery has overtaken is made anew, and a message that waits for its account is tried again; the programs
/// have run, and are not run once more for the same message.
/// </summary>
internal sealed class PipesDone
{
    private readonly Dictionary<string, string?> _problems = new(StringComparer.Ordinal);

    /// <param name="problem">What went wrong then; null: nothing.</param>
    public bool TryGet(string program, IEnumerable<string> arguments, out string? problem) => _problems.TryGetValue(Key(program, arguments), out problem);

    public void Add(string program, IEnumerable<string> arguments, string? problem) => _problems[Key(program, arguments)] = problem;

    private static string Key(string program, IEnumerable<string> arguments) => string.Join('\0', arguments.Prepend(program));
}
