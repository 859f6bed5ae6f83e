using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Commands that change folders.</summary>
internal static class FolderSyntax
{
    public static bool OneName(scoped ref WireReader reader, out string name)
    {
        name = "";
        return reader.ExpectSpace() && reader.ExpectMailbox(out name);
    }

    public static ImapCommand? Rename(scoped ref WireReader reader, string tag) =>
        OneName(ref reader, out var from) && OneName(ref reader, out var to) ? new RenameCommand(tag, from, to) : null;

    /// <summary><c>CREATE name (USE (\Sent))</c> (RFC 6154 §6).</summary>
    public static ImapCommand? Create(scoped ref WireReader reader, string tag)
    {
        if (!OneName(ref reader, out var name))
            return null;
        ImmutableArray<SpecialUse> uses = [];
        if (reader.TryReadList())
        {
            if (!reader.TryReadWord("USE"u8))
            {
                reader.Reject("Unknown parameter");
                return null;
            }

            if (!reader.ExpectSpace() || !ExpectUses(ref reader, out uses) || !reader.ExpectClose())
                return null;
        }

        return new CreateCommand(tag, name, uses);
    }

    private static bool ExpectUses(scoped ref WireReader reader, out ImmutableArray<SpecialUse> uses)
    {
        uses = [];
        if (!reader.ExpectOpen())
            return false;
        if (reader.TryReadByte((byte)')'))
            return true;
        var found = ImmutableArray.CreateBuilder<SpecialUse>();
        var items = 0;
        do
        {
            if (!reader.TryReadByte((byte)'\\') || !reader.TryReadAtom(out var word))
                return reader.Reject("Use expected, such as \\Sent");
            if (Use(word) is not { } use)
                return reader.Reject("Unknown use", RejectionKind.BadSpecialUse);
            if (!found.Contains(use))
                found.Add(use);
        }
        while (reader.NextInList(ref items));
        uses = found.DrainToImmutable();
        return reader.Error is null;
    }

    private static SpecialUse? Use(ReadOnlySpan<byte> word) => word.Length switch
    {
        3 when Ascii.EqualsIgnoreCase(word, "All"u8) => SpecialUse.All,
        4 when Ascii.EqualsIgnoreCase(word, "Junk"u8) => SpecialUse.Junk,
        4 when Ascii.EqualsIgnoreCase(word, "Sent"u8) => SpecialUse.Sent,
        5 when Ascii.EqualsIgnoreCase(word, "Trash"u8) => SpecialUse.Trash,
        6 when Ascii.EqualsIgnoreCase(word, "Drafts"u8) => SpecialUse.Drafts,
        7 when Ascii.EqualsIgnoreCase(word, "Archive"u8) => SpecialUse.Archive,
        7 when Ascii.EqualsIgnoreCase(word, "Flagged"u8) => SpecialUse.Flagged,
        _ => null,
    };
}
