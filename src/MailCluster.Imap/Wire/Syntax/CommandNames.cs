using System.Text;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>The commands by their names on the wire.</summary>
internal static class CommandNames
{
    private static readonly (byte[] Wire, CommandName Name)[][] ByLength = Group();

    /// <summary>Finds a command by its name, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out CommandName name)
    {
        if (word.Length < ByLength.Length)
        {
            foreach (var (wire, candidate) in ByLength[word.Length])
            {
                if (Ascii.EqualsIgnoreCase(word, wire))
                {
                    name = candidate;
                    return true;
                }
            }
        }

        name = default;
        return false;
    }

    /// <summary>RFC 9051 §6.4.9.</summary>
    public static bool HasUidForm(CommandName name) =>
        name is CommandName.Fetch or CommandName.Store or CommandName.Search or CommandName.Copy or CommandName.Move or CommandName.Expunge;

    // The frequent ones come first within their length.
    private static (byte[] Wire, CommandName Name)[][] Group()
    {
        var names = Enum.GetValues<CommandName>();
        return
        [
            .. Enumerable.Range(0, names.Max(static name => name.ToString().Length) + 1).Select(length => names
                .Where(name => name.ToString().Length == length)
                .OrderBy(static name => name is CommandName.Fetch or CommandName.Store or CommandName.Noop or CommandName.Search ? 0 : 1)
                .Select(static name => (Encoding.ASCII.GetBytes(name.ToString().ToUpperInvariant()), name))
                .ToArray()),
        ];
    }
}
