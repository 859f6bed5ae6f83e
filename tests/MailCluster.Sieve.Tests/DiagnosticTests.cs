using System.Text;

namespace MailCluster.Sieve.Tests;

/// <summary>What the compiler says: where, what, and what to do about it.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("fileinto \"x\";", "1:1: error: 'fileinto' is of an extension that is not required (add \"fileinto\" to require)")]
    [InlineData("keep\ndiscard;", "2:1: error: 'discard' behind 'keep', where a semicolon was expected (end the command 'keep' with ;)")]
    [InlineData("kepe;", "1:1: error: unknown command 'kepe' (did you mean 'keep'?)")]
    [InlineData("if heder \"a\" \"b\" { keep; }", "1:4: error: unknown test 'heder' (did you mean 'header'?)")]
    [InlineData("if header :contain \"a\" \"b\" { keep; }", "1:11: error: 'header' has no tag :contain (did you mean :contains?)")]
    [InlineData("if header :regex \"a\" \"b\" { keep; }", "1:11: error: the tag :regex of 'header' is of an extension that is not required (add \"regex\" to require)")]
    [InlineData("if keep { discard; }", "1:4: error: 'keep' is a command, not a test")]
    [InlineData("true;", "1:1: error: 'true' is a test, not a command (use it behind if)")]
    [InlineData("require \"fileito\";", "1:9: error: unknown extension \"fileito\" (did you mean \"fileinto\"?)")]
    [InlineData("require \"redirect\";", "1:9: error: unknown extension \"redirect\" (it is part of the language itself; remove it from require)")]
    [InlineData("keep; require \"fileinto\";", "1:7: error: 'require' stands behind other commands (move it to the top of the script)")]
    [InlineData("redirect \"a\";", "1:10: error: \"a\" is no address that mail can be sent to (write one address such as user@example.com)")]
    [InlineData("redirect \"a@b.example, c@d.example\";", "is no address that mail can be sent to")]
    [InlineData("redirect [\"a@b.example\", \"c@d.example\"];", "1:10: error: 'redirect' takes a string here (usage: redirect")]
    [InlineData("if size 100 { keep; }", "1:4: error: 'size' needs :over or :under")]
    [InlineData("if size :over \"100\" { keep; }", "1:15: error: 'size' takes a number here")]
    [InlineData("if size :over :under 100 { keep; }", "1:15: error: :under and :over exclude each other (keep one of them)")]
    [InlineData("if size :over 100 200 { keep; }", "1:19: error: 'size' takes one argument, and there are 2")]
    [InlineData("if size :over { keep; }", "1:4: error: 'size' lacks an argument")]
    [InlineData("if header \"a\" :is \"b\" { keep; }", "1:15: error: the tag :is stands behind an argument (tags come first")]
    [InlineData("if header :is :is \"a\" \"b\" { keep; }", "1:15: error: the tag :is is given twice")]
    [InlineData("if header :is :contains \"a\" \"b\" { keep; }", ":contains and :is exclude each other")]
    [InlineData("if header :comparator \"i;foo\" \"a\" \"b\" { keep; }", "1:23: error: unknown comparator \"i;foo\"")]
    [InlineData("if header :comparator \"i;ascii-numeric\" \"a\" \"1\" { keep; }", "1:23: error: the comparator is not required (add \"comparator-i;ascii-numeric\" to require)")]
    [InlineData("if header [] \"x\" { keep; }", "1:11: error: an empty list")]
    [InlineData("if header [\"a\" \"b\"] \"x\" { keep; }", "1:16: error: a string in a list of strings, where a comma was expected")]
    [InlineData("if anyof () { keep; }", "1:10: error: an empty list of tests")]
    [InlineData("if anyof (true,) { keep; }", "1:16: error: a comma with no test behind it (remove the comma before ))")]
    [InlineData("if anyof true { keep; }", "1:10: error: 'anyof' takes tests in parentheses")]
    [InlineData("if not (true) { keep; }", "1:9: error: 'not' takes one test, without parentheses")]
    [InlineData("if (true) { keep; }", "1:1: error: 'if' takes one test (put anyof or allof before the parentheses)")]
    [InlineData("if true { keep;", "1:9: error: the block that begins here does not end (close it with })")]
    [InlineData("keep; }", "1:7: error: a closing brace without an opening one (remove it)")]
    [InlineData("if true; keep;", "1:8: error: 'if' needs a block")]
    [InlineData("else { keep; }", "1:1: error: 'else' without an 'if' before it")]
    [InlineData("if true { keep; } else { discard; } elsif true { keep; }", "1:37: error: 'elsif' without an 'if' before it")]
    [InlineData("keep { stop; }", "1:1: error: 'keep' takes no block")]
    [InlineData("keep true;", "1:6: error: 'keep' takes no test")]
    [InlineData("keep \"x\";", "1:6: error: 'keep' takes no arguments, and there are 1")]
    [InlineData("keep: ;", "1:5: error: a colon without the name of a tag behind it")]
    [InlineData("redirect 'a@b.example';", "1:10: error: ''' does not belong here (strings are written in double quotes)")]
    [InlineData("redirect \"a@b.example;", "1:10: error: the string that begins here does not end")]
    [InlineData("/* keep;", "1:1: error: the comment that begins here does not end (close it with */)")]
    [InlineData("redirect text: x\n.\n;", "1:16: error: the text behind text: begins on the next line")]
    [InlineData("redirect text:\nx\n", "1:10: error: the text that begins here does not end (end it with a line that is a single dot)")]
    [InlineData("if size :over 10X { keep; }", "1:17: error: a number ends in something that is no unit (the units are K, M and G")]
    [InlineData("if size :over 99999999999999999999G { keep; }", "1:15: error: the number is too large")]
    [InlineData("é;", "1:1: error: 'é' does not belong here")]
    [InlineData("if header \"Subject:\" \"x\" { keep; }", "1:11: warning: \"Subject:\" is no name of a header field, so this never matches (leave out the colon)")]
    [InlineData("if address \"subject\" \"x\" { keep; }", "1:12: error: the field \"subject\" holds no addresses (use the header test)")]
    [InlineData("if address \"x-spam\" \"x\" { keep; }", "1:12: warning: the field \"x-spam\" is not known to hold addresses")]
    [InlineData("if address :domain \"from\" \"a@b.example\" { keep; }", "1:27: warning: \"a@b.example\" never matches: a domain has no @")]
    [InlineData("if address \"from\" \"Tim <a@b.example>\" { keep; }", "never matches: only the address itself is compared, without name and brackets (write \"a@b.example\")")]
    [InlineData("if header \"subject\" \"*sale*\" { keep; }", "1:21: warning: the * in \"*sale*\" stands for itself here (use :matches for wildcards)")]
    [InlineData("stop; keep;", "1:7: warning: 'keep' is never reached")]
    [InlineData("if true { stop; } else { stop; } keep;", "1:34: warning: 'keep' is never reached")]
    [InlineData("if false { keep; }", "1:12: warning: the block of this 'if' is never reached (its test is always false)")]
    [InlineData("if anyof (false, true) { keep; } else { discard; }", "1:41: warning: the block of this 'else' is never reached")]
    [InlineData("require \"fileinto\"; keep;", "1:9: warning: \"fileinto\" is required and not used (remove it from require)")]
    [InlineData("require [\"copy\", \"copy\"]; redirect :copy \"a@b.example\";", "1:18: warning: \"copy\" is required twice")]
    [InlineData("require \"fileinto\"; fileinto \"\";", "1:30: error: \"\" is no name of a folder: it is empty")]
    [InlineData("require \"regex\"; if header :regex \"a\" \"(b\" { keep; }", "1:39: error: the regular expression cannot be used: the '(' at position 1 is not closed")]
    [InlineData("require \"relational\"; if header :value \"xx\" \"a\" \"b\" { keep; }", "1:40: error: \"xx\" is no relation")]
    [InlineData("require \"relational\"; if header :count \"ge\" \"a\" \"2\" { keep; }", "1:33: warning: :count compares numbers as text here")]
    [InlineData("require \"imap4flags\"; keep :flags \"\\\\Sen\";", "1:35: warning: \"\\Sen\" is no flag and will be left out (the system flags are")]
    [InlineData("require \"imap4flags\"; keep :flags [\"a b\", \"c]\"];", "1:43: warning: \"c]\" is no flag and will be left out")]
    [InlineData("require \"envelope\"; if envelope \"form\" \"a@b.example\" { keep; }", "1:33: error: the envelope has no part \"form\" (did you mean \"from\"?)")]
    [InlineData("require \"index\"; if header :last \"a\" \"b\" { keep; }", ":last has no meaning without :index")]
    [InlineData("require [\"imapsieve\", \"reject\"]; reject \"x\";", "1:23: error: \"imapsieve\" and \"reject\" cannot be required together")]
    public void Each_mistake_is_told_with_its_place_and_a_remedy(string script, string expected) =>
        Assert.Contains(Scripts.Diagnose(script), line => line.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void One_compilation_finds_many_mistakes()
    {
        const string Script = """
            require ["fileinto", "nonsense"];
            if header :contains "subject" "x" {
                fileinto;
                redirect "nobody";
            } elsif adress "from" "x" {
                fileinto "a" "b";
                keep :flags "x";
            }
            if not { discard; }
            keep
            stop;
            """;
        Assert.Equal(
            [
                "1:22: error: unknown extension \"nonsense\"",
                "3:5: error: 'fileinto' lacks an argument",
                "4:14: error: \"nobody\" is no address that mail can be sent to",
                "5:9: error: unknown test 'adress' (did you mean 'address'?)",
                "6:18: error: 'fileinto' takes one argument, and there are 2",
                "7:10: error: the tag :flags of 'keep' is of an extension that is not required (add \"imap4flags\" to require)",
                "9:4: error: 'not' takes one test, without parentheses",
                "11:1: error: 'stop' behind 'keep', where a semicolon was expected",
            ],
            Scripts.Diagnose(Script).Select(line => line.Contains("(usage", StringComparison.Ordinal) || line.Contains("(write", StringComparison.Ordinal) || line.Contains("(end the", StringComparison.Ordinal)
                ? line[..line.LastIndexOf(" (", StringComparison.Ordinal)] : line));
    }

    [Fact]
    public void Their_number_is_bounded_and_an_error_is_among_them()
    {
        var script = string.Concat(Enumerable.Repeat("stop;\n", 2)) + string.Concat(Enumerable.Repeat("if header \"a:\" \"*x\" { }\n", 200)) + "nonsense;";
        var compiled = Scripts.Compile(script);
        Assert.Equal(SieveCompilerOptions.Default.DiagnosticsMax, compiled.Diagnostics.Length);

        var errors = Scripts.Compile(string.Concat(Enumerable.Repeat("nonsense;\n", 200)));
        Assert.Null(errors.Program);
        Assert.Equal(SieveCompilerOptions.Default.DiagnosticsMax, errors.Diagnostics.Length);
    }

    [Fact]
    public void Columns_count_characters() =>
        Assert.StartsWith("1:14: error: unknown command 'nonsense'", Assert.Single(Scripts.Diagnose("/* äö😀 */ \u0009  nonsense;")), StringComparison.Ordinal);

    [Fact]
    public void Limits_are_errors()
    {
        Assert.Contains("nested more than 32 deep", Scripts.Diagnose(string.Concat(Enumerable.Repeat("if true {", 40)) + "keep;" + new string('}', 40))[0], StringComparison.Ordinal);
        Assert.Contains("nested more than 32 deep", Scripts.Diagnose("if " + string.Concat(Enumerable.Repeat("not ", 40)) + "true { keep; }")[0], StringComparison.Ordinal);
        Assert.Contains("more than 4096 strings", Scripts.Diagnose($"if header \"a\" [{string.Join(',', Enumerable.Repeat("\"x\"", 5000))}] {{ keep; }}")[0], StringComparison.Ordinal);

        Assert.Contains("more than 256 regular expressions", Scripts.Diagnose($"require \"regex\"; if header :regex \"a\" [{string.Join(',', Enumerable.Range(0, 300).Select(i => $"\"x{i}\""))}] {{ keep; }}")[0], StringComparison.Ordinal);

        var small = new SieveCompiler(SieveCompilerOptions.Default with { ScriptBytesMax = 10 });
        Assert.Contains("the script has 11 octets, more than 10", small.Compile("keep; keep;"u8, SieveScope.Personal).Diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_are_one_line_of_some_length_whatever_they_quote()
    {
        var compiled = Scripts.Compile($"{new string('a', 100_000)};\nredirect \"{new string('b', 100_000)}\r\n\";\nrequire \"x\u0001\ny\";");
        Assert.Equal(4, compiled.Diagnostics.Length);
        Assert.All(compiled.Diagnostics, diagnostic => Assert.InRange(diagnostic.ToString().Length, 10, 900));
        Assert.All(compiled.Diagnostics, diagnostic => Assert.DoesNotContain(diagnostic.ToString(), char.IsControl));
    }

    [Fact]
    public void A_script_that_is_no_text_is_told_so()
    {
        Assert.Contains("the string is not UTF-8", Scripts.AllowAll.Compile([.. "redirect \""u8, 0xFF, .. "\";"u8], SieveScope.Personal).Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("the octet 0xFF does not belong here", Scripts.AllowAll.Compile([0xFF], SieveScope.Personal).Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.NotNull(Scripts.AllowAll.Compile([.. "\uFEFF"u8, .. "keep;"u8], SieveScope.Personal).Program);
    }

    [Fact]
    public void Extensions_are_those_of_the_scope()
    {
        var compiler = new SieveCompiler(new SieveCompilerOptions { PersonalExtensions = ["fileinto"], GlobalExtensions = ["fileinto", "vnd.dovecot.pipe"] });
        var script = Encoding.UTF8.GetBytes("require \"vnd.dovecot.pipe\"; pipe \"x\";");
        Assert.Contains("is not enabled here", compiler.Compile(script, SieveScope.Personal).Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.NotNull(compiler.Compile(script, SieveScope.Global).Program);
        Assert.Equal(["fileinto"], compiler.ExtensionsOf(SieveScope.Personal));
        Assert.Throws<ArgumentException>(() => new SieveCompiler(new SieveCompilerOptions { PersonalExtensions = ["nonsense"] }));
    }
}
