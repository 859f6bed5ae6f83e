using System.Diagnostics;

namespace MailCluster.Testing.Postfix;

/// <summary>What a process prints, line by line, and who waits for which line.</summary>
internal sealed class PostfixLog
{
    private readonly List<string> _lines = [];
    private readonly List<(string Text, TaskCompletionSource<string> Said)> _awaited = [];

    /// <summary>Reads both outputs of a process that was just started, until they end.</summary>
    public static PostfixLog Of(Process process)
    {
        var log = new PostfixLog();
        process.OutputDataReceived += (_, line) => log.OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.OnLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return log;
    }

    /// <summary>Completes with the first line that has this text, also one of before.</summary>
    public Task<string> SaidAsync(string text)
    {
        lock (_lines)
        {
            if (_lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } said)
                return Task.FromResult(said);
            var awaited = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, awaited));
            return awaited.Task;
        }
    }

    public override string ToString()
    {
        lock (_lines)
            return string.Join('\n', _lines);
    }

    private void OnLine(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _lines.Add(line);
            foreach (var (_, said) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                said.TrySetResult(line);
        }
    }
}
