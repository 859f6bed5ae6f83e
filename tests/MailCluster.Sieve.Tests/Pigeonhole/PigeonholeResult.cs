using System.Text.RegularExpressions;

namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>What <c>sieve-test</c> printed, as a list of actions in the form that <see cref="ActionText"/> gives ours.</summary>
internal sealed partial class PigeonholeResult
{
    public PigeonholeResult(string output, string errors)
    {
        Errors = errors;
        IsRefused = errors.Contains("failed to compile", StringComparison.Ordinal);
        IsFailed = errors.Contains("final result: failed", StringComparison.Ordinal);
        IsBroken = !IsRefused && !IsFailed && !errors.Contains("final result: success", StringComparison.Ordinal);
        Log = [.. LogLine().Matches(errors).Select(static match => match.Groups[1].Value.ReplaceLineEndings("\n"))];
        Actions = IsFailed ? ["keep"] : IsRefused ? [] : [.. Parse(output)];
    }

    /// <summary>True if the script was not compiled.</summary>
    public bool IsRefused { get; }

    /// <summary>True if the script ended with an error; the message was kept.</summary>
    public bool IsFailed { get; }

    /// <summary>True if the program itself broke.</summary>
    public bool IsBroken { get; }

    public string Errors { get; }

    public IReadOnlyList<string> Actions { get; }

    /// <summary>What the script wrote with <c>debug_log</c>, in brackets of the test's own so that an end can be seen.</summary>
    public IReadOnlyList<string> Log { get; }

    [GeneratedRegex(@"DEBUG: <<(.*?)>>\.$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex LogLine();

    private static IEnumerable<string> Parse(string output)
    {
        var isImplicit = false;
        string? action = null;
        var inText = false;
        foreach (var line in output.Split('\n'))
        {
            if (inText)
            {
                inText = line != "END MESSAGE";
                if (inText)
                    action += $" [{line}]";
                continue;
            }

            if (line == "START MESSAGE")
            {
                inText = true;
                continue;
            }

            if (line.StartsWith("Implicit keep:", StringComparison.Ordinal))
            {
                if (action is not null)
                    yield return action;
                action = null;
                isImplicit = true;
            }
            else if (line.StartsWith(" * ", StringComparison.Ordinal))
            {
                if (action is not null)
                    yield return action;
                action = isImplicit ? "keep" : Action(line[3..]);
            }
            else if (action is not null && line.Trim() is { Length: > 0 } detail && detail != "+ preserve implicit keep")
            {
                action += Detail(detail);
            }
        }

        if (action is not null)
            yield return action;
    }

    private static string Action(string text) => text switch
    {
        _ when text.StartsWith("store message in folder: ", StringComparison.Ordinal) => $"store {text[25..]}",
        _ when text.StartsWith("redirect message to: ", StringComparison.Ordinal) => $"redirect {text[21..].Trim('<', '>').ToLowerInvariant()}",
        _ when text.StartsWith("reject message with reason: ", StringComparison.Ordinal) => $"reject {text[28..]}",
        "send vacation message:" => "vacation",
        "send notification with method 'mailto:':" => "notify",
        "discard" => "discard",
        _ => text,
    };

    private static string Detail(string text)
    {
        if (text.StartsWith("+ add IMAP flags: ", StringComparison.Ordinal))
            return " flags " + string.Join(' ', text[18..].Split(' ').Select(static flag => flag.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal));
        if (text == "+ create mailbox if it does not exist")
            return " create";
        var parts = text.Split(':', 2);
        if (parts[0].Trim() == "=> handle")
            return ""; // made of other things here
        return text.StartsWith("=> ", StringComparison.Ordinal) && parts.Length == 2 ? $" {parts[0][3..].Trim()}={parts[1].Trim()}" : $" {text}";
    }
}
