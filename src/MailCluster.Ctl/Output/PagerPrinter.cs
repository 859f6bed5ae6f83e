using System.Text;
using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>
/// doveadm fetch's form: <c>name: value</c> a line, message content on lines of its own, a form feed after each message. A single member of
/// content alone (<c>fetch text</c>) into a file or pipe is its octets and nothing else, so that one message comes out byte for byte.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="isTerminal">Control characters are replaced then; a file gets every octet.</param>
internal sealed class PagerPrinter(Stream output, bool isTerminal) : IRowPrinter
{
    private bool _any;

    public void Print(JsonElement row)
    {
        var members = row.EnumerateObject().ToList();
        if (!isTerminal && members is [var single] && Content.TryRead(single.Value, out var only))
        {
            if (_any) output.Write("\f\n"u8);
            _any = true;
            output.Write(only);
            return;
        }
        foreach (var member in members)
        {
            if (Content.TryRead(member.Value, out var octets))
            {
                Write($"{member.Name}:\n");
                if (isTerminal) Write(Content.Printable(Encoding.UTF8.GetString(octets).ReplaceLineEndings("\n"), keepLines: true));
                else output.Write(octets);
                if (octets.Length > 0 && octets[^1] != '\n') Write("\n");
            }
            else
            {
                Write($"{member.Name}: {Content.Printable(Content.Text(member.Value, separator: " "), keepLines: false)}\n");
            }
        }
        Write("\f\n");
    }

    public void End() => output.Flush();

    private void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
