using System.Text.RegularExpressions;
using MailCluster.Testing;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>Plays a conversation against a client's connection.</summary>
internal static class Pop3ScriptRunner
{
    /// <summary>Line by line: each is sent when all that was to be said before has been said.</summary>
    public static async Task PlayAsync(Pop3Script script, Pop3Client client)
    {
        foreach (var (kind, text) in script.Steps)
        {
            switch (kind)
            {
                case "C:":
                    await client.SendAsync(text + "\r\n");
                    break;
                case "TLS":
                    await client.StartTlsAsync();
                    break;
                default:
                    Expect(script, kind, text, await client.ReadAsync());
                    break;
            }
        }
    }

    /// <summary>All lines at once (RFC 2449 §6.8).</summary>
    public static async Task PlayPipelinedAsync(Pop3Script script, Pop3Client client)
    {
        await client.SendAsync(string.Concat(script.Steps.Where(static step => step.Kind == "C:").Select(static step => step.Text + "\r\n")));
        foreach (var (kind, text) in script.Steps.Where(static step => step.Kind != "C:"))
            Expect(script, kind, text, await client.ReadAsync());
    }

    private static void Expect(Pop3Script script, string kind, string text, string? line)
    {
        if (kind == "S~")
            Assert.Matches($"^{text}$", line);
        else
            Assert.Equal($"{script.Name}: {(kind == "END" ? null : text)}", $"{script.Name}: {line}");
    }
}
