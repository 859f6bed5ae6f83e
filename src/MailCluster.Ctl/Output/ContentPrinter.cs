using System.Text;
using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>The octets of one member of each row, and nothing else; on a terminal control characters are replaced.</summary>
internal sealed class ContentPrinter(Stream output, string member, bool isTerminal) : IRowPrinter
{
    public void Print(JsonElement row)
    {
        if (Content.TryRead(row.GetProperty(member), out var octets))
            output.Write(isTerminal ? Encoding.UTF8.GetBytes(Content.Printable(Encoding.UTF8.GetString(octets).ReplaceLineEndings("\n"), keepLines: true)) : octets);
    }

    public void End() => output.Flush();
}
