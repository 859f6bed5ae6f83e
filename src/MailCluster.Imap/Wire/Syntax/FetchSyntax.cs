using System.Collections.Immutable;
using System.Text;
using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>FETCH: items and modifiers (RFC 9051 §9, fetch; RFC 7162 §7).</summary>
internal static class FetchSyntax
{
    public static ImapCommand? Read(scoped ref WireReader reader, string tag, bool uid)
    {
        if (!reader.ExpectSpace() || !reader.ExpectSequenceSet(out var set) || !reader.ExpectSpace())
            return null;
        var attributes = uid ? FetchAttributes.Uid : FetchAttributes.None;
        ImmutableArray<FetchSection>.Builder? sections = null;
        if (!ExpectItems(ref reader, ref attributes, ref sections))
            return null;
        ModSeq? changedSince = null;
        var vanished = false;
        if (reader.TryReadList() && !ExpectModifiers(ref reader, uid, out changedSince, out vanished))
            return null;
        // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for MODSEQ as well.
        if (changedSince is not null)
            attributes |= FetchAttributes.ModSeq;
        return new FetchCommand(tag, uid, set, attributes, sections?.DrainToImmutable() ?? [], changedSince, vanished);
    }

    private static bool ExpectItems(
        scoped ref WireReader reader, ref FetchAttributes attributes, ref ImmutableArray<FetchSection>.Builder? sections)
    {
        if (!reader.TryReadByte((byte)'('))
        {
            if (TryReadMacro(ref reader, out var macro))
            {
                attributes |= macro;
                return true;
            }

            return ExpectItem(ref reader, ref attributes, ref sections);
        }

        var items = 0;
        do
        {
            if (!ExpectItem(ref reader, ref attributes, ref sections))
                return false;
        }
        while (reader.NextInList(ref items));
        return reader.Error is null;
    }

    private static bool TryReadMacro(scoped ref WireReader reader, out FetchAttributes macro)
    {
        macro = reader.TryReadWord("ALL"u8) ? FetchAttributes.All
            : reader.TryReadWord("FAST"u8) ? FetchAttributes.Fast
            : reader.TryReadWord("FULL"u8) ? FetchAttributes.Full
            : FetchAttributes.None;
        return macro != FetchAttributes.None;
    }

    private static bool ExpectItem(
        scoped ref WireReader reader, ref FetchAttributes attributes, ref ImmutableArray<FetchSection>.Builder? sections)
    {
        reader.TryReadName(out var name);
        var attribute = Attribute(name);
        if (reader.Peek == '[')
        {
            if (!SectionSyntax.TryForm(name, out var form))
                return reader.Reject("Unknown FETCH item");
            if (!SectionSyntax.ExpectSection(ref reader, form, out var section))
                return false;
            Add(ref sections, section);
            return true;
        }

        if (attribute == FetchAttributes.None)
        {
            if (Legacy(name) is not { } legacy)
                return reader.Reject("Unknown FETCH item");
            Add(ref sections, legacy);
            return true;
        }

        attributes |= attribute;
        return attribute != FetchAttributes.Preview || ExpectPreviewModifiers(ref reader, ref attributes);
    }

    private static void Add(ref ImmutableArray<FetchSection>.Builder? sections, FetchSection section)
    {
        sections ??= ImmutableArray.CreateBuilder<FetchSection>(1);
        if (!sections.Contains(section))
            sections.Add(section);
    }

    private static FetchAttributes Attribute(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 when Ascii.EqualsIgnoreCase(name, "UID"u8) => FetchAttributes.Uid,
        4 when Ascii.EqualsIgnoreCase(name, "BODY"u8) => FetchAttributes.Body,
        5 when Ascii.EqualsIgnoreCase(name, "FLAGS"u8) => FetchAttributes.Flags,
        6 when Ascii.EqualsIgnoreCase(name, "MODSEQ"u8) => FetchAttributes.ModSeq,
        7 when Ascii.EqualsIgnoreCase(name, "EMAILID"u8) => FetchAttributes.EmailId,
        7 when Ascii.EqualsIgnoreCase(name, "PREVIEW"u8) => FetchAttributes.Preview,
        8 when Ascii.EqualsIgnoreCase(name, "ENVELOPE"u8) => FetchAttributes.Envelope,
        8 when Ascii.EqualsIgnoreCase(name, "THREADID"u8) => FetchAttributes.ThreadId,
        8 when Ascii.EqualsIgnoreCase(name, "SAVEDATE"u8) => FetchAttributes.SaveDate,
        11 when Ascii.EqualsIgnoreCase(name, "RFC822.SIZE"u8) => FetchAttributes.Rfc822Size,
        12 when Ascii.EqualsIgnoreCase(name, "INTERNALDATE"u8) => FetchAttributes.InternalDate,
        13 when Ascii.EqualsIgnoreCase(name, "BODYSTRUCTURE"u8) => FetchAttributes.BodyStructure,
        _ => FetchAttributes.None,
    };

    private static FetchSection? Legacy(ReadOnlySpan<byte> name) => name.Length switch
    {
        6 when Ascii.EqualsIgnoreCase(name, "RFC822"u8) => FetchSection.Rfc822,
        11 when Ascii.EqualsIgnoreCase(name, "RFC822.TEXT"u8) => FetchSection.Rfc822Text,
        13 when Ascii.EqualsIgnoreCase(name, "RFC822.HEADER"u8) => FetchSection.Rfc822Header,
        _ => null,
    };

    // RFC 8970 §6: "PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"]. Alone and last it could be mistaken for FETCH modifiers, so LAZY
    // is looked for.
    private static bool ExpectPreviewModifiers(scoped ref WireReader reader, ref FetchAttributes attributes)
    {
        if (!reader.TryReadBytes(" (LAZY"u8))
            return true;
        attributes |= FetchAttributes.PreviewLazy;
        return reader.ExpectClose();
    }

    private static bool ExpectModifiers(scoped ref WireReader reader, bool uid, out ModSeq? changedSince, out bool vanished)
    {
        changedSince = null;
        vanished = false;
        do
        {
            if (reader.TryReadWord("CHANGEDSINCE"u8))
            {
                if (changedSince is not null)
                    return reader.Reject("CHANGEDSINCE is given twice");
                if (!reader.ExpectSpace() || !reader.ExpectModSeq(out var modSeq))
                    return false;
                changedSince = modSeq;
            }
            else if (reader.TryReadWord("VANISHED"u8))
            {
                vanished = true;
            }
            else
            {
                return reader.Reject("Unknown FETCH modifier");
            }
        }
        while (reader.TryReadByte((byte)' '));
        if (!reader.ExpectClose())
            return false;
        // RFC 7162 §3.2.6: only with UID FETCH and CHANGEDSINCE.
        return !vanished || (uid && changedSince is not null) || reader.Reject("VANISHED needs UID FETCH and CHANGEDSINCE");
    }
}
