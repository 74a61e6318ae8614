# SPDX-License-Identifier: MIT
#
# Has anything been forgotten? Whatever the payload does not have must be the same before
# and after the change. Sections are compared as text in which a reference stands as
# what it means: the name without the number of a static local, or the string itself.
package Unchanged;
use strict;
use warnings;
use integer;

use Elf;

# Tables: references of an entry, which is its owner, and what does not count of it (the
# line number of a warning).
my %TABLE = (
	'__bug_table' => [2, 0, 8, 2], '__ex_table' => [2, 0], '__jump_table' => [3, 0],
	'.altinstructions' => [2, 0], '.parainstructions' => [1, 0], '.smp_locks' => [1, 0],
);

my $DEPTH = 4;

sub is_text { return $_[0]{flags} & Elf::STRINGS }

sub constant
{
	my ($sec, $at, $depth) = @_;

	return 'constant outside' if $at < 0 || $at >= $sec->{size};
	return '"' . Elf::text_at($sec->{data}, $at) . '"' if is_text($sec);
	return unpack('H*', substr($sec->{data}, $at, $sec->{entsize} || 16))
		if $sec->{flags} & Elf::MERGE;
	return '' if $depth <= 0;
	return "part $at of " . content($sec, 0, $sec->{size}, $depth - 1);
}

# meaning(SECTION, RELA, DEPTH)
sub meaning
{
	my ($sec, $r, $depth) = @_;
	my ($to, $at) = Elf::target($r);
	my ($sym, $bias);

	return "$r->{sym}{name}+$at" unless $to;
	$sym = Elf::only_thing($to);
	$sym = undef if $sym && $sym->{name} =~ /^__UNIQUE_ID_/;
	return Elf::base_name($sym->{name}) . '+' . ($at - $sym->{value}) if $sym;
	$bias = Elf::bias($sec, $r);
	$sym = Elf::covering($to, $at + $bias);
	# Such numbers go on when the change counts, too: what is there tells which one it is.
	return 'counted ' . ($at - $sym->{value}) . ' ' .
	       content($to, $sym->{value}, $sym->{size}, $depth - 1)
		if $sym && $sym->{name} =~ /^__UNIQUE_ID_/ && $depth > 0;
	return Elf::base_name($sym->{name}) . '+' . ($at - $sym->{value}) if $sym;
	return 'replacement' if $to->{name} =~ /^\.altinstr_/;
	return constant($to, $at + $bias, $depth) unless $to->{flags} & (Elf::WRITE | Elf::EXEC);
	return "$to->{name}+$at";
}

sub content
{
	my ($sec, $start, $size, $depth) = @_;
	my $bytes = defined $sec->{data} ? substr($sec->{data}, $start, $size) : "$size zeros";
	my $text = '';

	for my $r (Elf::relas_in($sec, $start, $size)) {
		my $width = $Elf::WIDTH{$r->{type}};
		# Of a call, both types are in use.
		my $kind = $Elf::PCREL{$r->{type}} ? 'pc' : $r->{type};

		substr($bytes, $r->{offset} - $start, $width, "\0" x $width);
		$text .= sprintf("%x %s%d %s\n", $r->{offset} - $start, $kind, $width,
				 meaning($sec, $r, $depth));
	}
	return unpack('H*', $bytes) . "\n" . $text;
}

sub owner_name
{
	my ($r) = @_;
	my ($sec) = Elf::target($r);
	my $sym = $sec ? Elf::only_thing($sec) : undef;

	return $sym ? $sym->{name} : $sec ? $sec->{name} : $r->{sym}{name};
}

# table_texts(ELF): {"table function"} = its entries in their order
sub table_texts
{
	my ($elf) = @_;
	my %texts;

	for my $sec (grep { $TABLE{$_->{name}} && @{$_->{relas}} } @{$elf->{secs}}) {
		my ($n, $owner, $mask, $len) = @{$TABLE{$sec->{name}}};
		my $size = $sec->{size} * $n / @{$sec->{relas}};
		my $of = $sec;

		if ($len) {
			$of = { %$sec };
			substr($of->{data}, $_ * $size + $mask, $len, "\0" x $len)
				for 0 .. $sec->{size} / $size - 1;
		}
		for (my $at = 0; $at < $sec->{size}; $at += $size) {
			my @relas = Elf::relas_in($sec, $at, $size);
			my $key = "$sec->{name} " . owner_name($relas[$owner]);

			$texts{$key} .= content($of, $at, $size, $DEPTH);
		}
	}
	return \%texts;
}

# Which sections count, and by which name a section is found again.
sub key
{
	my ($sec) = @_;
	my $sym;

	return undef if !($sec->{flags} & Elf::ALLOC) || !$sec->{size} || $TABLE{$sec->{name}} ||
			$sec->{name} =~ /^(\.altinstr|__mcount_loc|__dyndbg|\.note|\.modinfo|
					   \.data\.once|\.data\.\.once|__patchable|\.discard|
					   \.printk_index|__ksymtab_strings|\.call_sites)/x;
	$sym = Elf::only_thing($sec);
	return Elf::base_name($sym->{name})
		if $sym && $sec->{name} =~ /^\.(text|data|bss|rodata)\./;
	# Strings and constants without names count where they are used.
	return undef if !Elf::things($sec) && $sec->{name} =~ /^\.rodata/;
	return $sec->{name};
}

# section_texts(ELF, LEFT_OUT): {name} = all that is so called, sorted. The text of what
# is left out is left out, and so is what each compile has for itself.
sub section_texts
{
	my ($elf, $left_out) = @_;
	my %texts;

	for my $sec (@{$elf->{secs}}) {
		my $key = key($sec);
		my $sym = Elf::only_thing($sec);

		next if !defined $key || ($sym && $left_out->{$sym->{name}}) ||
			($sym && $sym->{type} == Elf::OBJECT && $sym->{name} =~ /\.\d+$/ &&
			 !($sec->{flags} & Elf::WRITE));
		push @{$texts{$key}}, content($sec, 0, $sec->{size}, $DEPTH);
	}
	return { map { $_ => join("--\n", sort @{$texts{$_}}) } keys %texts };
}

# forgotten(BEFORE, AFTER, COPIED): names of what differs and is not in the payload.
# {COPIED}: names of functions and variables of the payload. What is new and nobody uses
# makes no difference.
sub forgotten
{
	my ($before, $after, $copied) = @_;
	my ($old, $new) = (section_texts($before, $copied), section_texts($after, $copied));
	my ($old_tables, $new_tables) = (table_texts($before), table_texts($after));
	my @found;

	for my $name (sort keys %$new) {
		push @found, $name if defined $old->{$name} && $old->{$name} ne $new->{$name};
	}
	for my $name (sort keys %$new_tables) {
		my ($function) = $name =~ / (.*)/;

		push @found, $name if !$copied->{$function} &&
				      ($old_tables->{$name} // '') ne $new_tables->{$name};
	}
	return @found;
}

1;
